/**
 * Drain: a link or a device carries no traffic while the intent stands, for maintenance. Deleting
 * the intent gives it back.
 */
export { drain } from './drain';
