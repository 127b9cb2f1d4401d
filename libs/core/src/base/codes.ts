/**
 * Every error code of Weir with one line of meaning. The reference page is generated from this
 * table; a code that is not here does not compile.
 */
export const ERROR_CODES = {
  'config-invalid':
    'The daemon configuration has a field that is missing, unknown or out of range.',
  'topology-invalid':
    'The topology file names something that does not exist or contradicts itself.',
  'policy-invalid': 'The policy has a field, a condition or an example that cannot be used.',
  'policy-example-failed': 'An example in the policy gave another decision than it expects.',
  'scenario-invalid':
    'The scenario file has a field that is missing, unknown, out of range or contradicts another.',
  'intent-invalid': 'The intent has a field that is missing, unknown or out of range.',
  'intent-unknown-kind': 'No intent of this kind is known.',
  'intent-conflict': 'The intent contradicts another intent of the same or higher priority.',
  'not-found': 'No resource of this name exists.',
  'already-exists': 'A resource of this name exists already.',
  'request-invalid': 'The request body, a parameter or a header cannot be used.',
  unauthenticated: 'The request carries no valid credential.',
  forbidden: 'The role of the caller does not allow this verb.',
  'idempotency-conflict': 'The idempotency key was used before with another request.',
  'limit-exceeded': 'A configured limit on size, count or rate was reached.',
  'not-leader': 'This process does not hold the engine lease; the leader must be asked.',
  'engine-unavailable': 'No engine answered in time; nothing was changed.',
  frozen: 'The global freeze is on: no new change is applied until it is lifted.',
  'mode-forbids': 'The autonomy of the rule or device group does not allow applying.',
  'plan-expired': 'The plan is older than its time to live.',
  'plan-hash-mismatch': 'The plan that was approved is not the plan that is stored.',
  'base-drifted': 'The device configuration is no longer the one that the plan was made from.',
  'state-forbids': 'The change is in a state that does not allow this verb.',
  'device-unknown': 'The device is not in the topology.',
  'device-busy': 'Another change is open on the device.',
  'device-fenced': 'The device is fenced after a failed rollback and needs a person.',
  'device-unreachable': 'The device does not answer.',
  'device-rejected': 'The device refused the Set.',
  'device-outcome-unknown':
    'The Set may or may not have been applied; the device is being read back.',
  'capability-missing': 'The device does not support what the change needs.',
  'schema-invalid': 'A leaf of the change is not valid for the device model.',
  'no-alternative': 'No other path, share or threshold would help within the limits.',
  'forwarding-loop': 'The change would make packets of a prefix go round in a loop.',
  'black-hole': 'The change would leave a prefix without a next hop.',
  'overload-predicted': 'The model predicts a link above its present maximum and above its limit.',
  'queue-starved':
    'The change would leave a queue less of its port than the objectives of its class need.',
  'no-safe-order':
    'In every order of its devices the change would make a loop, a hole or an overload on the way.',
  'spare-path-missing': 'After one more failure a prefix would have no path left.',
  'blast-radius': 'The change touches more devices or capacity than the limit allows.',
  'change-budget': 'The budget of changes for the period is used up.',
  'cool-down': 'The rule acted here too recently.',
  'dwell-time': 'An automatic change settled on the same route or queue too recently.',
  reversal:
    'The change would bring back values that an automatic change replaced a short time ago.',
  escalated: 'Changes of the rule were undone here too often; it waits for a person.',
  'freeze-window': 'A freeze window of the policy is open: no change begins before its end.',
  'spare-capacity-missing':
    'After one more failure the links that are left could not carry the present traffic.',
  'inverse-unprovable': 'The rollback of the change could not be shown to restore the base.',
  'telemetry-stale': 'Too much of the telemetry that the decision needs is stale or missing.',
  'telemetry-contradiction':
    'Counters contradict each other: two ends of a link, or in and out of a device.',
  'solver-failed': 'A method of decision failed or gave an answer that cannot be; it was not used.',
  'not-the-network': 'The network is not the cause; nothing is changed.',
  'fencing-epoch-stale': 'An operation of an older leader was refused.',
  'journal-corrupt': 'The journal is damaged in the middle; the daemon does not start on it.',
  'journal-too-new':
    'The journal was written by a newer version; this one would misread it and does not start.',
  'journal-unavailable': 'The journal cannot be written durably; nothing may be changed.',
  'flight-damaged': 'A flight recording is not as a recorder writes it, at the named place.',
  'flight-unsupported':
    'A flight recording needs what this program does not have: a format, a profile, a policy.',
  internal: 'An assertion failed: a defect in Weir. Writes are frozen.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
