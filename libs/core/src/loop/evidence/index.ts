/**
 * What is known about an objective's trouble: measured evidence along its paths, the facts that
 * rules may ask for, and the ranked causes. Used by diagnosis and by decision alike.
 */
export * from './cross-check';
export * from './diagnosis';
export * from './dissect';
export * from './fabric';
export * from './facts';
export * from './gather';
export * from './hot-spots';
export * from './needed-depth';
export * from './queues';
export * from './starvation';
export { isStanding } from './waiting-causes';
