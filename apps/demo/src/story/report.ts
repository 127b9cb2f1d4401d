import type { ChangeView, IncidentView, PlanView } from '@weir/contracts';

/** One repaired incident; all figures as the daemon measured them. */
export interface IncidentReport {
  readonly rule: string;
  readonly cause: string | null;
  readonly changeId: string;
  readonly verdict: string;
  readonly p95Ms: {
    readonly healthy: number | null;
    readonly degraded: number | null;
    readonly after: number | null;
  };
  /** Since the incident was caused, s; null where it did not get so far. */
  readonly seconds: {
    readonly observed: number | null;
    readonly detected: number | null;
    readonly decided: number | null;
    readonly applied: number | null;
    readonly verified: number | null;
  };
}

export interface DemoReport {
  readonly incidents: readonly IncidentReport[];
  readonly harmful: {
    readonly verdict: string;
    readonly state: string;
    readonly configRestored: boolean;
  };
  readonly dryRun: { readonly setsSent: number; readonly plan: PlanView | null };
  readonly journal: { readonly records: number; readonly chain: string };
}

export function incidentReport(
  incident: IncidentView,
  change: ChangeView,
  causedMs: number,
): IncidentReport {
  const since = (atMs: number | undefined): number | null =>
    atMs === undefined ? null : rounded((atMs - causedMs) / 1000);
  const { times, verdict } = change;
  return {
    rule: change.rule ?? 'none',
    cause: change.cause,
    changeId: change.id,
    verdict: verdict?.verdict ?? `none (${change.state}: ${change.reason})`,
    p95Ms: {
      healthy: rounded(incident.healthyQuantileMs),
      degraded: rounded(verdict?.beforeMs ?? incident.degradedQuantileMs),
      after: rounded(verdict?.afterMs ?? null),
    },
    seconds: {
      observed: since(incident.observedMs),
      detected: since(incident.detectedMs),
      decided: since(times['decided']),
      applied: since(times['applied']),
      verified: since(times['verified']),
    },
  };
}

const rounded = <T extends number | null>(value: T): T =>
  (value === null ? null : Math.round(value * 100) / 100) as T;

/** State names as people write them: `rolled-back` is `rolled back`. */
export const spelled = (state: string): string => state.replaceAll('-', ' ');

/** Promises that were not kept, one sentence each; empty when all were. */
export function broken(report: DemoReport): string[] {
  const failures: string[] = [];
  for (const rule of ['reroute', 'buffer', 'ecn']) {
    const found = report.incidents.find((incident) => incident.rule === rule);
    if (found === undefined) failures.push(`no incident was repaired by the rule ${rule}`);
    else if (found.verdict !== 'improved') failures.push(`${rule}: verdict ${found.verdict}`);
  }
  const { verdict, state, configRestored } = report.harmful;
  if (verdict !== 'harmed') failures.push(`harmful change: verdict ${verdict}`);
  if (state !== 'rolled back') failures.push(`harmful change: state ${state}`);
  if (!configRestored) failures.push('harmful change: the configuration is not as it was');
  if (report.dryRun.plan === null) failures.push('suggest mode: no plan was made');
  if (report.dryRun.setsSent !== 0) {
    failures.push(`suggest mode: ${report.dryRun.setsSent} Sets reached switches`);
  }
  if (report.journal.chain !== 'ok') failures.push(`journal: chain ${report.journal.chain}`);
  return failures;
}
