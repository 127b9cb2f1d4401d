/**
 * OpenConfig QoS on Linux by `tc`. Configuration leaves become a wanted QoS for each port
 * (`qosFromLeaves`), this a canonical queueing tree (`renderPort`): HTB at the port's rate, a class
 * for each queue, bfifo or RED in it, DSCP filters at the root. What the kernel holds is read into
 * the same form, and the difference is planned as the least commands (`planPort`). `Qos` carries
 * them out, all or nothing, and puts back what was there.
 */
export { qosFromLeaves } from './from-leaves';
export { isQosPath } from './paths';
export { Qos, type QosChange, type QosOptions, type QosReading } from './qos';
export { describeQos, type QosCapabilities } from './capabilities';
