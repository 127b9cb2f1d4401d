/** What a series will do next, with an interval that holds as often as it says. */
export * from './calibrated-level';
export * from './conformal';
export * from './ensemble';
export * from './expert';
export * from './forecast-series';
export * from './period';
export * from './rated-expert';
export * from './recursive-least-squares';
export * from './rolling-median';
export * from './seasonal';
export * from './sorted-window';
