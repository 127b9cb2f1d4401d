import type { Mutant } from '../mutant';

const APPLY = 'libs/core/src/loop/6-apply/index.ts';
const SETTLE = 'libs/core/src/loop/8-settle/index.ts';
const CHECKS = 'libs/core/src/loop/5-validate/checks.ts';
const REQUESTS = 'libs/core/src/loop/4-decide/requests.ts';
const PERMISSION = 'libs/core/src/loop/guard/permission.ts';

/** Of what is decided: what is kept, what may begin, and how much at once. */
export const DECISION_MUTANTS: readonly Mutant[] = [
  {
    name: 'keeps-inconclusive',
    what: 'a change of the loop is kept unless it harmed',
    breaks: 'I2',
    edits: [
      {
        file: SETTLE,
        find: "verdict === 'improved' : verdict !== 'harmed'",
        replace: "verdict !== 'harmed' : verdict !== 'harmed'",
      },
    ],
  },
  {
    name: 'keeps-harm',
    what: 'a change is kept although it harmed',
    breaks: 'I2',
    edits: [
      {
        file: SETTLE,
        find: "verdict === 'improved' : verdict !== 'harmed'",
        replace: "verdict === 'improved' : true",
      },
    ],
  },
  {
    name: 'lease-without-end',
    what: 'what nobody renews is not undone',
    breaks: 'I2',
    edits: [
      {
        file: REQUESTS,
        find: 'if (change.leaseUntilMs !== null) return pass.now.wallMs >= change.leaseUntilMs;',
        replace: 'if (change.leaseUntilMs !== null) return false;',
      },
    ],
  },
  {
    name: 'no-lease',
    what: 'changes of the loop that are kept get no lease',
    breaks: 'I2',
    edits: [
      {
        file: 'libs/core/src/loop/8-settle/confirm.ts',
        find: "if (change.origin === 'rule' && change.action.type !== 'undo') grantLease(pass, change);",
        replace: 'void grantLease;',
      },
    ],
  },
  {
    name: 'ignores-freeze',
    what: 'changes begin although people froze them',
    breaks: 'I6',
    edits: [
      {
        file: APPLY,
        find: 'if (frozen !== null) {',
        replace: 'if (frozen !== null && pass.now.wallMs < 0) {',
      },
      {
        file: PERMISSION,
        find: "if (frozen !== null) return ['frozen',",
        replace: "if (frozen !== null && pass.now.wallMs < 0) return ['frozen',",
      },
      {
        file: 'libs/core/src/loop/5-validate/index.ts',
        find: "change.mode === 'auto' && pass.durable.frozen === null",
        replace: "change.mode === 'auto'",
      },
    ],
  },
  {
    name: 'two-on-a-device',
    what: 'a second change may begin on a device that another one holds',
    breaks: 'I5',
    edits: [
      {
        file: CHECKS,
        find: 'if (isTouching(change.state) && change.devices[device] !== undefined)',
        replace: 'if (isTouching(change.state) && change.devices[device] === null)',
      },
      {
        file: APPLY,
        find: 'fenced.has(device) || isTaken(pass, change, device)',
        replace: 'fenced.has(device) || (isTaken(pass, change, device) && false)',
      },
    ],
  },
  {
    name: 'no-budget',
    what: 'neither the validator nor the guards count the changes of an hour',
    breaks: 'I6',
    edits: [
      {
        file: CHECKS,
        find: 'return recent < maxChangesPerHour\n    ? null',
        replace: 'return recent < maxChangesPerHour * 1e9\n    ? null',
      },
      {
        file: PERMISSION,
        find: "if (change.origin === 'rule' && recent >= maxChangesPerHour)",
        replace: "if (change.origin === 'rule' && recent >= maxChangesPerHour * 1e9)",
      },
    ],
  },
  {
    name: 'no-rest',
    what: 'dwell time and A-B-A are not looked at',
    breaks: 'I6',
    edits: [
      {
        file: 'libs/core/src/loop/guard/oscillation.ts',
        find: "if (change.origin !== 'rule' || change.action.type === 'undo') return null;",
        replace: "if (change.origin !== 'intent' || change.action.type !== 'undo') return null;",
      },
    ],
  },
];
