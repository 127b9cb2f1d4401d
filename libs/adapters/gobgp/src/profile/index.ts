/** How weights become announcements, and announcements weights: pure functions of the image. */
export { GobgpProfile } from './gobgp-profile';
export { checkLeaf } from './schema';
export { UNIT_BYTES_PER_SECOND } from './routes';
