/**
 * QosScheme: which packets go to which queue of some ports and how each queue is served, dropped and
 * marked, for classes or for the classes of several tenants. While the intent stands the ports are
 * kept so; deleting it gives them back what they had.
 */
export { qosScheme } from './qos-scheme';
