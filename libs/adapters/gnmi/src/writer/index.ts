/** Configuration over gNMI: reads of exact leaves, Sets with commit-confirmed, the probe for it. */
export { GnmiWriter, type GnmiWriterOptions } from './gnmi-writer';
