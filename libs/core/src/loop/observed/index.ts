/**
 * What a controller knows of the world and no journal keeps: averages of the telemetry, how the
 * objectives stand, what changes are compared with, what solvers were asked. Read again at a start.
 */
export * from './exact-questions';
export * from './objective-state';
export * from './observed-state';
export * from './trend';
export * from './verification';
