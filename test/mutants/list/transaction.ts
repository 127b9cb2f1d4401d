import type { Mutant } from '../mutant';

const ENGINE = 'libs/runtime/src/engine/engine.ts';
const EXECUTOR = 'libs/runtime/src/southbound/executor.ts';
const JUDGE = 'libs/runtime/src/southbound/judge-write.ts';
const REPORTS = 'libs/core/src/loop/transaction/reports.ts';
const OPERATIONS = 'libs/core/src/loop/transaction/operations.ts';
const APPLY = 'libs/core/src/loop/6-apply/index.ts';
const ROLL_BACK = 'libs/core/src/loop/8-settle/roll-back.ts';
const LATE = 'libs/core/src/loop/transaction/late.ts';
const OBSERVE = 'libs/core/src/loop/1-observe/index.ts';
const FOLD = 'libs/core/src/state/fold.ts';
const FOLD_CHANGE = 'libs/core/src/state/fold-change.ts';
const CHAIN = 'libs/core/src/ports/journal-chain.ts';

/** Of the transaction: what is written down before what, what is believed, and what is undone. */
export const TRANSACTION_MUTANTS: readonly Mutant[] = [
  {
    name: 'skip-prepared',
    what: 'device-prepared is not written to the journal',
    breaks: 'I1',
    edits: [
      {
        file: ENGINE,
        find: 'const appended = await journal.append(this.epoch, now.wallMs, result.records);',
        replace:
          "const appended = await journal.append(this.epoch, now.wallMs, result.records.filter((body) => body.kind !== 'device-prepared'));",
      },
    ],
  },
  {
    name: 'effects-before-records',
    what: 'operations leave and commands are answered before their records are durable',
    breaks: 'I1',
    edits: [
      {
        file: ENGINE,
        find: 'const appended = await journal.append(this.epoch, now.wallMs, result.records);',
        replace:
          "for (const effect of result.effects) effect.kind === 'reply' ? this.reply(effect) : await this.hand(effect.operation);\n      const appended = await journal.append(this.epoch, now.wallMs, result.records);",
      },
    ],
  },
  {
    name: 'records-not-awaited',
    what: 'nobody waits for the journal before effects leave',
    breaks: 'I1',
    edits: [
      {
        file: ENGINE,
        find: 'const appended = await journal.append(this.epoch, now.wallMs, result.records);',
        replace:
          'const appended = [];\n      void journal.append(this.epoch, now.wallMs, result.records).catch(() => undefined);',
      },
    ],
  },
  {
    name: 'goes-on-without-journal',
    what: 'an append that failed is passed over',
    breaks: 'I1',
    edits: [
      {
        file: ENGINE,
        find: 'const appended = await journal.append(this.epoch, now.wallMs, result.records);',
        replace:
          'const appended = await journal.append(this.epoch, now.wallMs, result.records).catch(() => []);',
      },
    ],
  },
  {
    name: 'believes-ok',
    what: 'a Set that was answered with OK is taken for done, whatever the device holds',
    breaks: 'I5',
    edits: [
      {
        file: JUDGE,
        find: "if (holds(leaves, read)) return { outcome: 'done' };",
        replace: "if (answer.kind === 'ok' || holds(leaves, read)) return { outcome: 'done' };",
      },
    ],
  },
  {
    name: 'believes-ok-unread',
    what: 'a Set that was answered with OK and could not be read back is taken for done',
    breaks: 'I5',
    edits: [
      {
        file: JUDGE,
        find: '  if (read === null)\n    return {',
        replace:
          "  if (read === null && answer.kind === 'ok') return { outcome: 'done' };\n  if (read === null)\n    return {",
      },
    ],
  },
  {
    name: 'confirm-without-read-back',
    what: 'a confirm that went through is not read back',
    breaks: 'I5',
    edits: [
      {
        file: EXECUTOR,
        find: '? await this.settlePending(operation, startedMs) : NO_TIMER;',
        replace:
          "? await this.settlePending(operation, startedMs) : NO_TIMER;\n    if (answer.kind === 'ok') return { outcome: 'done' };",
      },
    ],
  },
  {
    name: 'ok-is-proof',
    what: 'a confirm that was answered with OK counts as done, although it may still be pending',
    breaks: 'I5',
    edits: [
      {
        file: EXECUTOR,
        find: "if (first.kind !== 'ok') return first;",
        replace: 'return first;',
      },
    ],
  },
  {
    name: 'unknown-is-refused',
    what: 'a Set of which nothing is known is taken for one that was refused',
    breaks: 'I5',
    edits: [
      {
        file: FOLD_CHANGE,
        find: "return verb === 'commit' && outcome === 'refused' ? 'failed' : 'unknown';",
        replace: "return verb === 'commit' ? 'failed' : 'unknown';",
      },
    ],
  },
  {
    name: 'unknown-revert-is-done',
    what: 'a rollback of which nothing is known is taken for done',
    breaks: 'I5',
    edits: [
      {
        file: FOLD_CHANGE,
        find: "return verb === 'commit' && outcome === 'refused' ? 'failed' : 'unknown';",
        replace:
          "return verb === 'revert' ? 'reverted' : verb === 'commit' && outcome === 'refused' ? 'failed' : 'unknown';",
      },
    ],
  },
  {
    name: 'cancel-is-enough',
    what: 'a rollback ends with the cancel; what is still there is not written back',
    breaks: 'I5',
    edits: [
      {
        file: EXECUTOR,
        find: "if (first !== null && holds(leaves, first)) return { outcome: 'done', readBack: first };",
        replace:
          "if (rollbackMs > 0 || (first !== null && holds(leaves, first))) return { outcome: 'done', readBack: first };",
      },
    ],
  },
  {
    name: 'partial-stays',
    what: 'a change that some devices refused is ended without undoing the others',
    breaks: 'I5',
    edits: [
      {
        file: APPLY,
        find: "pass.transition(change, untouched ? 'abort-untouched' : 'abort', reason, times);",
        replace: "pass.transition(change, 'abort-untouched', reason, times);",
      },
    ],
  },
  {
    name: 'no-base-check',
    what: 'what the device holds before the Set is not compared with what was planned from',
    breaks: 'I5',
    edits: [
      {
        file: REPORTS,
        find: 'if (diff === undefined || moved !== undefined) {',
        replace: 'if (diff === undefined) {',
      },
      {
        file: EXECUTOR,
        find: 'if (!holds(leaves, before.value) && !holdsBefore(leaves, before.value))',
        replace: 'if (leaves.length === 0)',
      },
    ],
  },
  {
    name: 'no-read-before-set',
    what: 'a device is not read again right before its Set',
    breaks: 'I5',
    edits: [
      {
        file: EXECUTOR,
        find: 'if (!holds(leaves, before.value) && !holdsBefore(leaves, before.value))',
        replace: 'if (leaves.length === 0)',
      },
    ],
  },
  {
    name: 'no-abort-at-restart',
    what: 'a new leader does not take up what an earlier one left in the middle',
    breaks: 'I2',
    edits: [
      {
        file: OBSERVE,
        find: '      takeUpUnfinished(pass);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'forgets-in-flight',
    what: 'an operation that never reports is waited for without end',
    breaks: 'I2',
    edits: [
      {
        file: REPORTS,
        find: 'const LOST_FACTOR = MAX_WAIT_TIMEOUTS + 1;',
        replace: 'const LOST_FACTOR = 1e9;',
      },
    ],
  },
  {
    name: 'one-commit-id',
    what: 'all commits on devices have one name, so that one may end another',
    breaks: 'I5',
    edits: [
      {
        file: REPORTS,
        find: 'commitId: `weir-${change.id}-${change.plan.hash.slice(0, 8)}-e${pass.durable.epoch}`,',
        replace: "commitId: 'weir',",
      },
    ],
  },
  {
    name: 'no-second-try',
    what: 'a rollback that failed once is given up',
    breaks: 'I2',
    edits: [
      {
        file: 'libs/core/src/state/limits.ts',
        find: 'revertAttempts: 8,',
        replace: 'revertAttempts: 0,',
      },
    ],
  },
  {
    name: 'retries-without-rest',
    what: 'failed operations are tried again in every pass, without end',
    breaks: 'I9',
    edits: [
      {
        file: OPERATIONS,
        find: '  pass.now.monoMs >= (pass.observed.retryAtMs.get(`${change.id}/${device}`) ?? -Infinity);',
        replace: '  true || pass.observed.retryAtMs.has(`${change.id}/${device}`);',
      },
      {
        file: 'libs/core/src/state/limits.ts',
        find: 'revertAttempts: 8,',
        replace: 'revertAttempts: 1e9,',
      },
    ],
  },
  {
    name: 'late-set',
    what: 'what a process was stopped in the middle of, it sends when it goes on',
    breaks: 'I4',
    edits: [
      {
        file: EXECUTOR,
        find: '    if (elapsedMs > factor * timeoutMs)',
        replace: '    if (elapsedMs > factor * timeoutMs * 1e9)',
      },
    ],
  },
  {
    name: 'late-writes-forgotten',
    what: 'a rollback ends without waiting for writes that may still arrive',
    breaks: 'I5',
    edits: [
      {
        file: LATE,
        find: "if (untilMs === undefined) return 'none';",
        replace: "if (untilMs === undefined || untilMs > 0) return 'none';",
      },
    ],
  },
  {
    name: 'no-fence-in-journal',
    what: 'the journal takes records of an epoch that was replaced',
    breaks: 'I8',
    edits: [
      {
        file: CHAIN,
        find: 'if (epoch < head.epoch) throw new JournalFenced(epoch, head.epoch);',
        replace: 'void JournalFenced;',
      },
    ],
  },
  {
    name: 'old-reports-count',
    what: 'reports count although nobody waits for them, from earlier operations as well',
    breaks: 'I5',
    edits: [
      {
        file: OBSERVE,
        find: 'if (!pass.observed.inFlight.has(operation.id)) return;',
        replace: '',
      },
    ],
  },
  {
    name: 'gives-up-silently',
    what: 'a device that could not be brought back is not fenced',
    breaks: 'I5',
    edits: [
      {
        file: ROLL_BACK,
        find: "pass.record({ kind: 'device-fenced', device, reason });",
        replace: 'void reason;',
      },
    ],
  },
  {
    name: 'deadline-forgotten',
    what: 'nothing is taken back because its deadline has come',
    breaks: 'I5',
    edits: [
      {
        file: APPLY,
        find: 'if (change.deadlineMs !== null && pass.now.wallMs > change.deadlineMs) {',
        replace: 'if (change.deadlineMs !== null && pass.now.wallMs < 0) {',
      },
      {
        file: 'libs/core/src/loop/8-settle/index.ts',
        find: 'pass.now.wallMs >= change.deadlineMs - pass.env.operationTimeoutMs',
        replace: 'pass.now.wallMs < 0',
      },
    ],
  },
  {
    name: 'clock-believed',
    what: 'a wall clock that is set moves deadlines and leases',
    breaks: 'I2',
    edits: [
      {
        file: 'libs/core/src/loop/1-observe/clock.ts',
        find: 'if (known !== null && Math.abs(byMs) <= LIMITS.clockStepMs) return;',
        replace: 'if (known !== null) return;',
      },
    ],
  },
  {
    name: 'no-start-check',
    what: 'a process starts on a chain that does not verify',
    breaks: 'I8',
    edits: [
      {
        file: CHAIN,
        find: 'return digest(`${previousHash}\\n${link.text}`) === link.hash;',
        replace: 'return digest(previousHash) !== link.hash;',
      },
    ],
  },
  {
    name: 'starts-empty',
    what: 'a new leader does not fold the journal',
    breaks: 'I2',
    edits: [
      {
        file: FOLD,
        find: 'const next: DurableState = {\n    ...state,',
        replace:
          "if (stored.body.kind === 'intent-put' && stored.epoch > 1) return { ...state, lastSequence: state.lastSequence + 1 };\n  const next: DurableState = {\n    ...state,",
      },
    ],
  },
];
