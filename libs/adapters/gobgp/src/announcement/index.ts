/** What Weir announces, as a leaf of the image and as a text; what may be announced at all. */
export * from './announcement';
export * from './leaves';
export * from './text';
