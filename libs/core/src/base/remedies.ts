import type { ErrorCode } from './codes';

/** What a person can do about a refusal, one sentence or two; shown beside its reason. */
export const REMEDIES: Readonly<Record<ErrorCode, string>> = {
  'config-invalid':
    'Correct the named field; `weir config check FILE` says whether the daemon would start.',
  'topology-invalid': 'Correct the named field of the topology file, then load it again.',
  'policy-invalid': 'Correct the named field; `weir policy test FILE` checks it without a daemon.',
  'policy-example-failed':
    'Correct the condition or the example; `weir policy test FILE` prints what each condition gave.',
  'scenario-invalid':
    'Correct the named field of the scenario; docs/reference/scenario.md lists all.',
  'intent-invalid':
    'Correct the named field; docs/reference/intents.md lists the fields of each kind.',
  'intent-unknown-kind': 'Use one of the kinds that the reason lists.',
  'intent-conflict':
    'Take back the other intent that the reason names, or give this one a higher priority.',
  'not-found': 'Look the name up with `weir get`; names are case-sensitive.',
  'already-exists': 'Choose another name, or change the resource that has it.',
  'request-invalid': 'Correct the named field; docs/reference/api.md shows what is expected.',
  unauthenticated: 'Send a token that the daemon knows, as `Authorization: Bearer TOKEN`.',
  forbidden: 'Ask somebody with the role that the reason names, or for that role.',
  'idempotency-conflict': 'Use a new idempotency key for a new request.',
  'limit-exceeded': 'Wait until what is open has ended, or raise the limit that the reason names.',
  'not-leader': 'Repeat the request; it reaches the new leader once one is elected.',
  'engine-unavailable': 'Repeat the request later; if it persists look at the log of the engine.',
  frozen: 'Find out why from who froze it, then lift it with `weir unfreeze`.',
  'mode-forbids': 'Approve the change, or raise the mode of the rule or group with `weir mode`.',
  'plan-expired': 'Ask for a new plan; it starts from what the devices hold now.',
  'plan-hash-mismatch': 'Look at the present plan, then approve that one.',
  'base-drifted':
    'Find out who changed the device; then ask for a new plan, which starts from what it holds now.',
  'state-forbids':
    'Look at the state of the change with `weir get change`; the verb came too late.',
  'device-unknown': 'Use a name of the topology, or add the device to it.',
  'device-busy': 'Wait until the other change has ended, or undo it.',
  'device-fenced': 'Put the device right by hand, then release it with `weir unfence`.',
  'device-unreachable': 'Check the management address, the certificate and the path to the device.',
  'device-rejected': 'The reason is what the device said; correct its configuration or the plan.',
  'device-outcome-unknown': 'Wait: the device is read back. Fenced in the end, it needs a person.',
  'capability-missing': 'Use a device or a profile that can do it, or another action.',
  'schema-invalid': 'Correct the value of the named leaf.',
  'no-alternative': 'Add capacity, or take load away; within the limits nothing would help.',
  'forwarding-loop': 'Change the devices in another order, or choose other next hops.',
  'black-hole': 'Leave the prefix at least one next hop that is up and leads to it.',
  'queue-starved': 'Ask for a smaller weight, or move traffic off the port first.',
  'overload-predicted': 'Move less, or raise `limits.maxPredictedUtilizationRatio`.',
  'no-safe-order':
    'Split the change into smaller ones, or wait until the link that the reason names carries less.',
  'spare-path-missing': 'Leave two next hops in use, or bring another link up first.',
  'blast-radius':
    'Make the change smaller, wait for open ones, or raise the limit that the reason names.',
  'change-budget': 'Look at why so many were needed; else raise `limits.maxChangesPerHour`.',
  'cool-down': 'Wait; the effect of the last change has to show first.',
  'dwell-time': 'Wait until the time that the reason gives, or change it yourself.',
  reversal:
    'Find out which two rules want opposite things here, and let one of them give way or observe.',
  escalated: 'Look at the undone changes, then `weir release RULE` or change the rule.',
  'freeze-window': 'Wait for its end, or take the window out of the policy.',
  'spare-capacity-missing':
    'Move traffic away first, or raise `limits.maxFailureUtilizationRatio`.',
  'inverse-unprovable': 'Bring the device to a configuration that is valid as a whole first.',
  'telemetry-stale':
    'Check the session and the clock of the device; acting waits for fresh samples.',
  'telemetry-contradiction':
    'Look at the devices that the reason names: one of them counts wrong. Restart its telemetry.',
  'solver-failed': 'Report it with the journal; decisions go on without this answer.',
  'not-the-network': 'Look at the hosts and the service; the evidence is in `weir explain`.',
  'fencing-epoch-stale': 'Nothing: a newer leader is in charge.',
  'journal-corrupt': 'Bring back a copy up to the named place; see docs/operate.md.',
  'flight-damaged':
    'Copy the file again from where it was recorded; what stands before the place can be trusted.',
  'flight-unsupported': 'Replay it with the version that recorded it, which the message names.',
  'journal-too-new': 'Start the version that wrote it, or a newer one.',
  'journal-unavailable': 'Free space or repair the disk or Redis, then start the daemon again.',
  internal: 'Report it with the journal; lift the freeze only after you know the cause.',
};
