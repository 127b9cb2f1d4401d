import type { BufferRule } from './buffer-rule';
import type { Facts } from './facts';
import type { RuleName } from './ids';
import type { LearningPolicy } from './learning';

/** Autonomy ladder: off < observe < suggest < approve < auto. */
export const MODES = ['off', 'observe', 'suggest', 'approve', 'auto'] as const;
export type Mode = (typeof MODES)[number];

export const stricterMode = (a: Mode, b: Mode): Mode =>
  MODES.indexOf(a) <= MODES.indexOf(b) ? a : b;

export interface VerifyPolicy {
  /** Time after the last device confirmed its state in which samples are not counted, ms. */
  readonly settleMs: number;
  /** Fewest samples after the change before any verdict. */
  readonly minSamples: number;
  /** Without a verdict by then: no effect or inconclusive, ms. */
  readonly maxMs: number;
  /** Smallest relative improvement of the objective that counts, e.g. 0.05. */
  readonly minGainRatio: number;
  /** How often a change that does nothing may be kept: significance of the always-valid test. */
  readonly alpha: number;
  /** How often a change that is good may be undone as harmful or hopeless; absent: as alpha. */
  readonly falseRollbackRatio?: number | undefined;
  /** Harm limits: relative worsening that ends the change at once. */
  readonly harm: {
    readonly objectiveRatio: number;
    readonly otherObjectivesRatio: number;
    /** Absolute increase of the loss ratio on touched links. */
    readonly lossIncrease: number;
    /** The same as objectiveRatio for the 99th percentile of any of these; absent or 0: not asked. */
    readonly tailRatio?: number | undefined;
    /** Increase of the pause frames per second at ports of the written devices; likewise. */
    readonly pauseIncreasePps?: number | undefined;
  };
  /**
   * Whether a change that looks better without proof is proved by going back and doing it again;
   * absent: never.
   */
  readonly switchback?: 'never' | 'unproven' | undefined;
  /** What becomes of a change that neither helped nor harmed. */
  readonly onInconclusive: 'rollback' | 'hold';
}

export type ActionSpec =
  | { readonly type: 'reroute'; readonly targetUtilizationRatio: number }
  /** Moves whole prefixes, on as many devices as it takes, so that parallel links share the load. */
  | { readonly type: 'placement'; readonly targetUtilizationRatio: number }
  /** Takes the links that the diagnosis names (down, gray, slow) out of the workload's way. */
  | { readonly type: 'avoid' }
  | {
      readonly type: 'buffer';
      readonly stepExponent: number;
      readonly maxScalingFactor: number;
      /** What the size is reckoned by; `burst` unless given. */
      readonly sizing?: BufferRule;
      /** Round-trip time without queues, microseconds; 56 unless given. */
      readonly rttUs?: number;
      /** Static limits are not raised beyond what the port sends in this time, ms; 50. */
      readonly maxQueueMs?: number;
    }
  | {
      readonly type: 'ecn';
      /** Bytes at 25 Gb/s, scaled with the line rate; see docs/policy.md for the source. */
      readonly minThresholdBytesAt25G: number;
      readonly maxThresholdBytesAt25G: number;
      /** The lower threshold is never below so many full-size frames. */
      readonly minThresholdFrames: number;
      readonly maxProbabilityPercent: number;
      /** Round-trip time without queues, microseconds, for the least Kmin: C x RTT / 7; 56. */
      readonly rttUs?: number;
      /** Which traffic classes' queues on the path are marked. */
      readonly classes: readonly string[];
    }
  /** Raises the weight of the objective's starved queues to what their traffic needs. */
  | {
      readonly type: 'scheduler';
      /** Share of a port that one queue may be guaranteed, 0..1. */
      readonly maxShareRatio: number;
      /** Objectives of which classes are served. */
      readonly classes: readonly string[];
    };

/** From where on signals speak for a cause, and how long they are waited for. */
export interface CausePolicy {
  /** A cause that leads by less than this score over the one that was named does not replace it. */
  readonly leadRatio: number;
  /** So long nothing has to be found before the network is called innocent, ms. */
  readonly acquitMs: number;
  /** So long a burst that is over is waited for to come again, ms. */
  readonly burstsMs: number;
  /** Load of a link over the mean of its parallel links from which on it is uneven. */
  readonly unevenRatio: number;
  /** Deviations from an even hash, all switches of a tier together, that are no chance. */
  readonly polarisedDeviations: number;
  /** Senders to one port that are an incast for certain; a fifth of them are none. */
  readonly incastSenders: number;
  /** Share of time in pause that is a storm for certain, 0..1. */
  readonly pausedRatio: number;
}

export const CAUSE_DEFAULTS: CausePolicy = {
  leadRatio: 0.1,
  acquitMs: 16_000,
  burstsMs: 9_000,
  unevenRatio: 1.15,
  polarisedDeviations: 3,
  incastSenders: 10,
  pausedRatio: 0.05,
};

/** When the error budget of an objective burns too fast. */
export interface BurnPolicy {
  /** Share of the observations that an objective wants within its threshold, e.g. 0.999. */
  readonly targetRatio: number;
  /** Any pair of windows in both of which the budget burns `factor` times too fast, ms. */
  readonly windows: readonly {
    readonly longMs: number;
    readonly shortMs: number;
    readonly factor: number;
  }[];
}

/** A rule whose conditions were compiled; pure functions of the facts. */
export interface Rule {
  readonly name: RuleName;
  readonly description: string;
  readonly enter: (facts: Facts) => boolean;
  /** Source text of the condition, for explanations. */
  readonly enterText: string;
  readonly action: ActionSpec;
  readonly mode: Mode;
  readonly cooldownMs: number;
  readonly verify: VerifyPolicy;
  /** Whether it may act on a breach that is only foreseen; for routes only. */
  readonly foresee?: boolean;
}

export interface ForecastPolicy {
  readonly enabled: boolean;
  /** Length of a step: the load of a link is averaged over it, ms. */
  readonly intervalMs: number;
  /** How many steps ahead is forecast. */
  readonly horizonSteps: number;
  /** Share of what comes that the interval is to hold, in (0, 1). */
  readonly coverage: number;
  /** Links that are followed at the most. */
  readonly maxSeries: number;
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** No change begins in it on devices of the named groups; no group named: on none at all. */
export type FreezeWindow = { readonly name: string; readonly groups: readonly string[] } & (
  | {
      readonly kind: 'weekly';
      /** Local days on which it begins. */
      readonly days: readonly Weekday[];
      /** Minutes after local midnight, 0..1440; at or before `fromMinute`: on the day after. */
      readonly fromMinute: number;
      readonly toMinute: number;
      /** Local time minus UTC. */
      readonly utcOffsetMinutes: number;
    }
  /** Wall times, ms since the epoch; the end is not part of it. */
  | { readonly kind: 'once'; readonly startMs: number; readonly endMs: number }
);

export interface Policy {
  readonly name: string;
  /** Hash of the source text. */
  readonly hash: string;
  readonly detect: {
    /** Rolling window over which a quantile is taken, ms. */
    readonly windowMs: number;
    /** Fewest observations in the window for the quantile to count. */
    readonly minCount: number;
    /** Enter breach at quantile > threshold x enterRatio, leave at < threshold x leaveRatio. */
    readonly enterRatio: number;
    readonly leaveRatio: number;
    /** How long the condition must hold before the state changes, ms. */
    readonly holdMs: number;
    readonly clearMs: number;
    /** For objectives without threshold: breach at this multiple of the own baseline. */
    readonly baselineRatio: number;
    /** Absent: `CAUSE_DEFAULTS`. */
    readonly causes?: CausePolicy;
    /** Null or absent: incidents open by the quantile alone. */
    readonly burn?: BurnPolicy | null;
  };
  readonly freshness: {
    /** A series older than this is unknown, ms. */
    readonly staleMs: number;
    /** Share of channels unknown above which the loop holds still. */
    readonly maxUnknownRatio: number;
    /** Two ends of a link, or in and out of a device, that differ by more contradict each other. */
    readonly maxDisagreementRatio: number;
  };
  readonly limits: {
    readonly maxDevicesPerChange: number;
    readonly maxOpenChanges: number;
    readonly maxChangesPerHour: number;
    /** Share of one layer's devices that open changes may touch at once. */
    readonly maxLayerShare: number;
    /** No link may be predicted above this or above its present utilisation. */
    readonly maxPredictedUtilizationRatio: number;
    /** Share of the capacity between switches that open changes may take out of use at once. */
    readonly maxRemovedCapacityRatio: number;
    /**
     * After a change takes links out of use, and one more failure, no written device may send more
     * than this share of what its links towards other switches have left; 0: not asked.
     */
    readonly maxFailureUtilizationRatio: number;
    /** Rest of one route or queue after any settled automatic change on it, whatever rule, ms. */
    readonly dwellMs: number;
    /** Values that an automatic change replaced within this time are not brought back, ms. */
    readonly reversalWindowMs: number;
  };
  /** So many undone changes of a rule on an objective in the period: it waits for a person there. */
  readonly escalation: { readonly undone: number; readonly periodMs: number };
  readonly learning: LearningPolicy;
  /** Times in which no change is started. */
  readonly freezeWindows: readonly FreezeWindow[];
  /** Load that is forecast for the links of objectives; left out: none. */
  readonly forecast?: ForecastPolicy;
  readonly rollout: {
    /** From so many devices on, one goes first and is proved before the rest; 0: never. */
    readonly canaryFromDevices: number;
    /** How long the canary must look well on fresh telemetry before the other stages, ms. */
    readonly proofMs: number;
  };
  /** How changes that people or intents ask for are judged; rules carry their own. */
  readonly verify: VerifyPolicy;
  readonly planTtlMs: number;
  /** A kept automatic change is undone unless the loop renews it within this time. */
  readonly leaseMs: number;
  /** Autonomy by device group; a group that is not named takes `auto`. */
  readonly groups: Readonly<Record<string, Mode>>;
  /** In order; the first rule whose condition holds decides. */
  readonly rules: readonly Rule[];
}
