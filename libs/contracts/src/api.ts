/**
 * The REST API, version 1: its paths and headers. Patterns use `:name` parameters; `apiPath` fills
 * them in. All bodies are JSON; errors are problem details; lists are `{items, next}`.
 */
export const API_PATHS = {
  status: '/v1/status',
  intents: '/v1/intents',
  intent: '/v1/intents/:kind/:name',
  incidents: '/v1/incidents',
  incident: '/v1/incidents/:id',
  incidentExplanation: '/v1/incidents/:id/explanation',
  changes: '/v1/changes',
  change: '/v1/changes/:id',
  changeExplanation: '/v1/changes/:id/explanation',
  changeApprove: '/v1/changes/:id/approve',
  changeReject: '/v1/changes/:id/reject',
  changeUndo: '/v1/changes/:id/undo',
  freeze: '/v1/freeze',
  unfreeze: '/v1/unfreeze',
  modes: '/v1/modes',
  mode: '/v1/modes/:scope/:name',
  devices: '/v1/devices',
  ruleRelease: '/v1/rules/:name/release',
  deviceUnfence: '/v1/devices/:name/unfence',
  policy: '/v1/policy',
  topology: '/v1/topology',
  journal: '/v1/journal',
  journalVerify: '/v1/journal/verify',
  scores: '/v1/scores',
  learning: '/v1/learning',
  learningReset: '/v1/learning/reset',
  shadows: '/v1/shadows',
  events: '/v1/events',
  version: '/version',
} as const;

type Parameters<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | Parameters<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** The path with its parameters filled in and percent-encoded. */
export function apiPath<Name extends keyof typeof API_PATHS>(
  name: Name,
  ...[parameters]: Parameters<(typeof API_PATHS)[Name]> extends never
    ? []
    : [Readonly<Record<Parameters<(typeof API_PATHS)[Name]>, string>>]
): string {
  const given = (parameters ?? {}) as Readonly<Record<string, string>>;
  return API_PATHS[name].replace(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent(given[key] ?? ''),
  );
}

/** Writes may carry it: the same key with the same request gives the same answer, once. */
export const IDEMPOTENCY_HEADER = 'idempotency-key';
/** Server-sent events are resumed after this journal sequence. */
export const LAST_EVENT_ID_HEADER = 'last-event-id';
export const MAX_PAGE_SIZE = 1000;
