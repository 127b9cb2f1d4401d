/** Bounds on everything that could grow: what is kept in memory, and how often things are tried. */
export const LIMITS = {
  /** Ended changes and closed incidents kept in memory; all of them stay in the journal. */
  endedChanges: 500,
  closedIncidents: 500,
  startsRemembered: 1000,
  /** Leaves that automatic changes wrote of late, and replaced values of each. */
  writtenLeaves: 8000,
  replacedValues: 4,
  /** Undone changes counted of one rule on one objective, and pairs of those. */
  undoneRemembered: 100,
  undoneRules: 1000,
  /** Scored shadow decisions that are kept, and those that may wait for their score at once. */
  scoredShadows: 200,
  openShadows: 50,
  /** Rules and groups that are scored apart. */
  scoredRules: 1000,
  /** Causes, actions and contexts of which experience is kept. */
  learned: 1000,
  intents: 2000,
  /** Tries of one operation on one device before a person is needed. */
  confirmAttempts: 4,
  revertAttempts: 8,
  retryBaseMs: 500,
  retryMaxMs: 15_000,
  /** How long after its deadline a device that does not answer is waited for, ms. */
  unreachableMs: 300_000,
  /** Difference of wall and monotonic time that counts as a step of the wall clock, ms. */
  clockStepMs: 500,
  /** Samples kept of each objective, one per tick. */
  objectiveSamples: 240,
  /** A device image is read again when it is older than this, ms. */
  imageRefreshMs: 60_000,
  imageRetryMs: 3_000,
  hottestChannels: 20,
} as const;
