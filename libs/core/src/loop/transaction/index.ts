/**
 * Device operations of a change, shared by apply and settle: each is journalled before it is handed
 * out, one at a time on a device, with back-off between tries.
 */
export * from './canary';
export * from './late';
export * from './operations';
export * from './reports';
