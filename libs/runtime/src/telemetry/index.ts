/**
 * Telemetry as columns. Adapters resolve a series to a slot once and then write samples into it;
 * the store turns counters into rates by device time, knows staleness by arrival time, and hands
 * the engine a frame of typed arrays. No object is made per sample, and unknown is never zero.
 * The codec and the inbox carry frames between processes when ingest and engine are apart.
 */
export { buildLayout } from './layout';
export { ColumnStore, type ColumnStoreOptions, type StoreFigures } from './column-store';
export { encodeFrame, decodeFrame } from './frame-codec';
export { FrameInbox } from './frame-inbox';
export { SeriesColumns } from './series-columns';
