/**
 * What the loop foresees, shared by the stages: forecasts of the load of the links that objectives
 * depend on, the exposures at which an objective is known to be hurt, and the present pass with the
 * columns of the future, about which the same questions can be asked. Stage 1 keeps it up to date.
 */
export * from './experience';
export * from './facts';
export * from './future';
export * from './load';
export * from './state';
