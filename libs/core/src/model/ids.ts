declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

/** Name of a switch in the topology, unique. */
export type DeviceId = Brand<'DeviceId'>;
/** Name of a host or service endpoint in the topology, unique. */
export type EndpointId = Brand<'EndpointId'>;
/** `chg-` and a number that grows by one for each change of a journal. */
export type ChangeId = Brand<'ChangeId'>;
/** `inc-` and a number. */
export type IncidentId = Brand<'IncidentId'>;
/** `kind/name` of an intent. */
export type IntentId = Brand<'IntentId'>;
/** Name of a policy rule. */
export type RuleName = Brand<'RuleName'>;

export const deviceId = (text: string): DeviceId => text as DeviceId;
export const endpointId = (text: string): EndpointId => text as EndpointId;
export const changeId = (text: string): ChangeId => text as ChangeId;
export const incidentId = (text: string): IncidentId => text as IncidentId;
export const intentId = (kind: string, name: string): IntentId => `${kind}/${name}` as IntentId;
export const ruleName = (text: string): RuleName => text as RuleName;
