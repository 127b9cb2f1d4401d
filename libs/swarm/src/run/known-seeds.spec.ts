import { coverageOf, coverageText, FAULT_OPTIONS, runSeed } from '..';
import type { SeedResult } from '../index';

// Seeds take a fraction of a second alone, and more where other specs run beside them.
jest.setTimeout(900_000);

/**
 * Seeds that once found something, under exactly the options that they had drawn then, so that they
 * stay the same runs when options are added. Each says what was wrong.
 */
const KNOWN: readonly (readonly [seed: number, faults: string, what: string])[] = [
  [
    17,
    'crash-at-point,ok-but-late,queue-repeats,set-rejected,torn-tail',
    'a change stayed in applying for ever',
  ],
  [
    22,
    'clock-step,conflicting-intents,crash-at-point,flapping-load',
    'a successor whose clock was ahead took the timers of devices for run out',
  ],
  [
    61,
    'drop-request,duplicate,reboot-in-window,set-rejected',
    'a copy of a Set came after it had been taken back',
  ],
  [
    76,
    'duplicate,fsync-error,ok-but-never,queue-repeats,silent-stall,solver-fails',
    'a commit that the queue delivered again, behind its revert, was written again',
  ],
  [
    90,
    'clock-step,device-clock,foreign-commit,queue-delays,solver-fails',
    'a solver that threw stopped both processes in turn',
  ],
  [
    103,
    'disk-full,foreign-commit,reboot-in-window,rollback-refused,set-rejected',
    'a device that had booted with what was pending stayed so beyond the deadline',
  ],
  [
    116,
    'confirm-lost,device-clock',
    'a confirm that was answered with OK and lost counted as kept',
  ],
  [
    130,
    'confirm-lost,delay,ok-but-never,reboot-in-window,set-rejected',
    'what changed between the snapshot and the Set of a later stage was written over',
  ],
  [
    169,
    'confirm-lost,counter-reset,delay,device-clock,drop-answer,lying-telemetry,stream-cut',
    'status said confirmed of what the device had taken back',
  ],
  [
    181,
    'confirm-lost,half-sync,ok-but-late,terminate',
    'a Set that was applied late stood after its change had ended',
  ],
  [
    1096,
    'clock-skew,clock-step,drop-request,lease-lost,no-commit-confirmed,ok-but-never,queue-repeats',
    'a successor whose clock was behind kept what nobody renewed',
  ],
  [
    1342,
    'clock-skew,clock-step,duplicate,queue-delays,queue-repeats',
    'a clock that was set back made a rest look too short',
  ],
  [
    1343,
    'duplicate,lease-lost,no-commit-confirmed,ok-but-late',
    'the late way back of an old leader was taken for a change of its own',
  ],
  [
    2084,
    'disk-full,ok-but-never,plan-drains-everything,terminate',
    'two passes of the engine ran at once, and one lost what the other had done',
  ],
  [
    3139,
    'conflicting-intents,queue-delays',
    'changes that were going back did not count in the share of their layer',
  ],
  [
    3168,
    'confirm-lost,duplicate,foreign-commit,ok-but-late,person-edits,set-rejected',
    'a change was proposed twice under one id',
  ],
  [
    5226,
    'conflicting-intents,drop-request,foreign-commit,journal-damaged,no-commit-confirmed,person-edits,queue-repeats,solver-fails',
    'a commit that was refused before it was sent was sent when the queue delivered it again',
  ],
  [
    30142,
    'drop-answer,half-sync,port-deleted,silent-stall,solver-fails',
    'a cause without a score could not be written down, and stopped the engine',
  ],
  [
    60233,
    'counter-reset,device-clock,pause-at-point,queue-delays',
    'a commit that lay in the queue of a stopped leader was sent when it went on',
  ],
];

describe('seeds that once found something', () => {
  it.each(KNOWN)('%i under %s: %s', async (seed, faults) => {
    const { violations } = await runSeed(seed, { faults: faults.split(',') });
    expect(violations).toEqual([]);
  });
});

describe('a short swarm', () => {
  const SEEDS = 100;

  it(`of ${SEEDS} seeds violates nothing and makes every simulated row of the matrix happen`, async () => {
    const results: SeedResult[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) results.push(await runSeed(seed, { faults: 'all' }));
    const bad = results.filter(({ violations }) => violations.length > 0);
    expect(bad.map(({ seed, violations }) => ({ seed, violations }))).toEqual([]);
    const coverage = coverageOf(results, FAULT_OPTIONS);
    expect({ missing: coverage.missing, text: coverageText(coverage) }).toMatchObject({
      missing: [],
    });
    for (const state of ['confirmed', 'rolled-back', 'rejected'])
      expect(coverage.changes[state]).toBeGreaterThan(SEEDS / 10);
  });
});
