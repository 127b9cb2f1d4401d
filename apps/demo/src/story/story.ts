import type { ChangeView, IncidentView } from '@weir/contracts';
import type { DaemonClient } from '../clients/daemon-client';
import type { FabricClient, ScenarioView } from '../clients/fabric-client';
import type { Display } from '../display/display';
import { incidentReport, spelled, type DemoReport, type IncidentReport } from './report';
import { NotSeen, pause, waitFor } from './wait';

const HEALTHY_DEADLINE_MS = 40_000;
const DETECT_DEADLINE_MS = 20_000;
const SETTLE_DEADLINE_MS = 40_000;
/** How long nothing may reach the switches while a plan waits, ms. */
const QUIET_MS = 3_000;

const SETTLED = new Set(['confirmed', 'rolled-back', 'rejected', 'expired', 'superseded', 'stuck']);

interface Seen {
  readonly incident: IncidentView;
  readonly change: ChangeView;
  readonly causedMs: number;
}

/** Drives the five scenarios through the public APIs, one after the other, and measures. */
export class Story {
  constructor(
    private readonly fabric: FabricClient,
    private readonly daemon: DaemonClient,
    private readonly display: Display,
  ) {}

  async tell(): Promise<DemoReport> {
    const scenarios = new Map((await this.fabric.scenarios()).map((entry) => [entry.name, entry]));
    const named = (name: string): ScenarioView => {
      const found = scenarios.get(name);
      if (found === undefined) throw new Error(`the fabric has no scenario ${name}`);
      return found;
    };
    this.display.chapter('Good times', 'Every service is measured until its figures are known.');
    await this.allHealthy([...scenarios.values()]);

    const incidents: IncidentReport[] = [];
    for (const name of ['reroute', 'buffer', 'ecn']) {
      const report = await this.repaired(named(name));
      if (report !== null) incidents.push(report);
    }
    const harmful = await this.harmful(named('harmful'));
    const dryRun = await this.suggested(named('suggest'));
    const { records, chain } = await this.daemon.verifyJournal();
    return { incidents, harmful, dryRun, journal: { records, chain } };
  }

  private async allHealthy(scenarios: readonly ScenarioView[]): Promise<void> {
    const names = scenarios.map((entry) => `LatencyObjective/${entry.objective.workload}`);
    await waitFor('a healthy figure of every service', HEALTHY_DEADLINE_MS, async () => {
      const { objectives } = await this.daemon.status();
      const healthy = names.every((name) =>
        objectives.some((entry) => entry.id === name && entry.state === 'healthy'),
      );
      return healthy ? true : null;
    });
    // A little longer, so that the baseline is more than its first window.
    await pause(QUIET_MS);
  }

  /** An incident from its cause to the settled change. */
  private async repaired(scenario: ScenarioView): Promise<IncidentReport | null> {
    // A first attempt that did not help is undone by the loop, which then tries the next.
    const seen = await this.play(scenario, (change) => change.state === 'confirmed');
    if (seen === null) return null;
    const report = incidentReport(seen.incident, seen.change, seen.causedMs);
    const { healthy, degraded, after } = report.p95Ms;
    this.display.result(
      report.verdict === 'improved',
      `${report.rule}: p95 of ${scenario.objective.workload} ${healthy} -> ${degraded} -> ${after} ms, ` +
        `${report.verdict}, ${seen.change.id} is ${spelled(seen.change.state)}`,
    );
    return report;
  }

  private async harmful(scenario: ScenarioView): Promise<DemoReport['harmful']> {
    const before = await this.configs(scenario);
    const seen = await this.play(scenario, (change) => SETTLED.has(change.state));
    const configRestored = before === (await this.configs(scenario));
    const harmful = {
      verdict: seen?.change.verdict?.verdict ?? 'none',
      state: spelled(seen?.change.state ?? 'none'),
      configRestored,
    };
    const ms = seen?.change.verdict;
    this.display.result(
      harmful.verdict === 'harmed' && configRestored,
      `harmful: p95 ${shown(ms?.beforeMs)} -> ${shown(ms?.afterMs)} ms, ${harmful.verdict}, ` +
        `${harmful.state}, configuration ${configRestored ? 'as before, leaf by leaf' : 'NOT as before'}`,
    );
    await this.end(scenario);
    return harmful;
  }

  private async suggested(scenario: ScenarioView): Promise<DemoReport['dryRun']> {
    const setsBefore = await this.fabric.setsReceived();
    const seen = await this.play(scenario, (change) => change.mode === 'suggest');
    // The plan lies there; nothing may happen to the switches meanwhile.
    await pause(QUIET_MS);
    const setsSent = (await this.fabric.setsReceived()) - setsBefore;
    const plan = seen?.change.plan ?? null;
    if (seen !== null && plan !== null) this.display.plan(seen.change);
    this.display.result(
      plan !== null && setsSent === 0,
      `suggest: ${plan === null ? 'no plan' : 'a plan'}, ${setsSent} Sets reached the switches`,
    );
    await this.end(scenario);
    return { setsSent, plan };
  }

  /**
   * Ends a scenario as an operator would who takes the cause away by hand: under a freeze, so that
   * the loop does not act on a breach that is passing while it is still in the window.
   */
  private async end(scenario: ScenarioView): Promise<void> {
    const objectiveId = `LatencyObjective/${scenario.objective.workload}`;
    await this.daemon.freeze(`the cause of ${scenario.name} is taken away by hand`);
    await this.fabric.end(scenario.name);
    try {
      await waitFor(`the end of the incident of ${objectiveId}`, SETTLE_DEADLINE_MS, async () => {
        const incidents = await this.daemon.incidents();
        const open = incidents.some(
          (entry) => entry.objectiveId === objectiveId && entry.state === 'open',
        );
        return open ? null : true;
      });
    } catch (error) {
      if (!(error instanceof NotSeen)) throw error;
      this.display.result(false, error.message);
    }
    await this.daemon.unfreeze();
  }

  /** Begins a scenario and follows its incident until a change of it is `done`. */
  private async play(
    scenario: ScenarioView,
    done: (change: ChangeView) => boolean,
  ): Promise<Seen | null> {
    this.display.chapter(scenario.title, scenario.story);
    const objectiveId = `LatencyObjective/${scenario.objective.workload}`;
    const causedMs = Date.now();
    await this.fabric.begin(scenario.name);
    try {
      const opened = await waitFor(
        `an incident of ${objectiveId}`,
        DETECT_DEADLINE_MS,
        async () => {
          const incidents = await this.daemon.incidents();
          return (
            incidents.find(
              (entry) => entry.objectiveId === objectiveId && entry.detectedMs >= causedMs,
            ) ?? null
          );
        },
      );
      const change = await this.changeOf(opened, done);
      return { incident: await this.daemon.incident(opened.id), change, causedMs };
    } catch (error) {
      if (!(error instanceof NotSeen)) throw error;
      const incident = (await this.daemon.incidents()).find(
        (entry) => entry.objectiveId === objectiveId,
      );
      this.display.result(
        false,
        `${error.message}; ${incident?.note || 'no note on the incident'}`,
      );
      return null;
    }
  }

  /** The change that is waited for; at the deadline the newest one, as far as it got. */
  private async changeOf(
    incident: IncidentView,
    done: (change: ChangeView) => boolean,
  ): Promise<ChangeView> {
    const all = async (): Promise<ChangeView[]> =>
      (await this.daemon.changes()).filter((change) => change.incident === incident.id);
    try {
      return await waitFor(
        `the end of a change for ${incident.id}`,
        SETTLE_DEADLINE_MS,
        async () => (await all()).find(done) ?? null,
      );
    } catch (error) {
      const [newest] = await all();
      if (!(error instanceof NotSeen) || newest === undefined) throw error;
      return newest;
    }
  }

  private async configs(scenario: ScenarioView): Promise<string> {
    const texts = await Promise.all(scenario.leaves.map((leaf) => this.fabric.config(leaf)));
    return texts.join('\n');
  }
}

const shown = (ms: number | undefined): string => (ms === undefined ? '?' : ms.toFixed(2));
