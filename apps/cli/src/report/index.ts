/**
 * The report of a run as one HTML file without anything external: figures, time series with what
 * happened marked on them, the fabric with its hot links at any moment, and every change with its
 * cause, diff, prediction, verdict and truth. Works from a file, in light and dark.
 */
export { reportHtml } from './report-html';
