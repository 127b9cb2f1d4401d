/**
 * The head of the journal kept elsewhere, in a file or at a webhook: a chain that was cut or written
 * anew no longer ends, or passes, where it was seen. `AnchoredJournal` hands the heads out and never
 * makes a change wait for that; `compareAnchors` is what verification and the start of the daemon do
 * with them.
 */
export { FileSink, readAnchorFile, type AnchorFile } from './anchor-file';
export { parseAnchor, type AnchorPoint } from './anchor-point';
export type { AnchorSink } from './anchor-sink';
export { AnchoredJournal, type AnchoringOptions } from './anchored-journal';
export { compareAnchors, type AnchorComparison } from './compare-anchors';
export { parseHeaders, WebhookSink, type WebhookOptions } from './webhook-sink';
