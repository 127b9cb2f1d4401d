import type { LoopState } from '@weir/core/loop';
import type { RecordBody } from '@weir/core/model';
import type { CounterMetric, GaugeMetric, HistogramMetric, Metrics } from '@weir/core/ports';
import { ForecastMetrics } from './forecast-metrics';

const PASS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** What the engine says of itself; names and meanings are listed in docs/reference/metrics.md. */
export class EngineMetrics {
  private readonly passes: HistogramMetric;
  private readonly inbox: GaugeMetric;
  private readonly records: CounterMetric;
  private readonly transitions: CounterMetric;
  private readonly verdicts: CounterMetric;
  private readonly incidents: CounterMetric;
  private readonly operations: CounterMetric;
  private readonly shadowDecisions: CounterMetric;
  private readonly shadowScores: CounterMetric;
  private readonly contradictions: GaugeMetric;
  private readonly escalated: GaugeMetric;
  private readonly forecast: ForecastMetrics;
  private readonly solverFailures: CounterMetric;
  private readonly learningSuccess: GaugeMetric;
  private readonly exactSolutions: CounterMetric;
  private readonly rerouteGap: GaugeMetric;
  private readonly failuresSeen = new Map<string, number>();
  private readonly exactSeen = { answered: 0, failed: 0 };
  private learningSeen: LoopState['durable']['learning'] = new Map();

  constructor(metrics: Metrics) {
    this.passes = metrics.histogram(
      'weir_pass_seconds',
      'Time of one pass of the loop, journal and hand-out included.',
      PASS_SECONDS,
      ['event'],
    );
    this.inbox = metrics.gauge('weir_inbox_events', 'Events that wait for a pass.');
    this.records = metrics.counter(
      'weir_journal_records_total',
      'Records appended to the journal.',
      ['kind'],
    );
    this.transitions = metrics.counter(
      'weir_change_transitions_total',
      'Transitions of changes by new state.',
      ['state'],
    );
    this.verdicts = metrics.counter('weir_verdicts_total', 'Verdicts of verification.', [
      'verdict',
    ]);
    this.incidents = metrics.counter('weir_incidents_total', 'Incidents opened and closed.', [
      'event',
    ]);
    this.shadowDecisions = metrics.counter(
      'weir_shadow_decisions_total',
      'Decisions that were not carried out, by rule and by what held them.',
      ['rule', 'why'],
    );
    this.shadowScores = metrics.counter(
      'weir_shadow_scores_total',
      'Scores of decisions that were not carried out.',
      ['outcome'],
    );
    this.operations = metrics.counter(
      'weir_device_operations_total',
      'Device operations by verb and outcome.',
      ['verb', 'outcome'],
    );
    this.contradictions = metrics.gauge(
      'weir_telemetry_contradictions',
      'Devices or links whose counters contradict each other now.',
    );
    this.escalated = metrics.gauge(
      'weir_rules_escalated',
      'Rules that wait for a person on an objective.',
    );
    this.learningSuccess = metrics.gauge(
      'weir_learning_success_ratio',
      'Share of verdicts, the recent ones counting more, in which an action helped against a cause.',
      ['cause', 'action', 'context'],
    );
    this.forecast = new ForecastMetrics(metrics);
    this.solverFailures = metrics.counter(
      'weir_solver_failures_total',
      'Failures of a method of decision; its answer was not used.',
      ['method'],
    );
    this.exactSolutions = metrics.counter(
      'weir_exact_solutions_total',
      'Questions to the exact solver by what they came to.',
      ['outcome'],
    );
    this.rerouteGap = metrics.gauge(
      'weir_reroute_gap_ratio',
      "Latest excess of the loop's own splits over their certificate, and over the optimum.",
      ['against'],
    );
  }

  pass(event: string, seconds: number, waiting: number): void {
    this.passes.observe(seconds, { event });
    this.inbox.set(waiting);
  }

  state({ observed, durable }: LoopState): void {
    this.contradictions.set(observed.contradictions.length);
    this.escalated.set(durable.escalated.size);
    this.learned(durable.learning);
    this.forecast.state(observed);
    for (const [method, { failures }] of observed.solverFailures) {
      this.solverFailures.add(failures - (this.failuresSeen.get(method) ?? 0), { method });
      this.failuresSeen.set(method, failures);
    }
    this.exact(observed);
  }

  /** Both counts fade alike, so the share stays until the next verdict. */
  private learned(learning: LoopState['durable']['learning']): void {
    if (learning === this.learningSeen) return;
    for (const [key, { cause, action, context }] of this.learningSeen)
      if (!learning.has(key)) this.learningSuccess.set(NaN, { cause, action, context });
    for (const { cause, action, context, helped, failed } of learning.values())
      this.learningSuccess.set(helped / (helped + failed), { cause, action, context });
    this.learningSeen = learning;
  }

  private exact({ exact }: LoopState['observed']): void {
    if (exact === undefined) return;
    for (const outcome of ['answered', 'failed'] as const) {
      this.exactSolutions.add(exact[outcome] - this.exactSeen[outcome], { outcome });
      this.exactSeen[outcome] = exact[outcome];
    }
    if (!Number.isNaN(exact.openRatio))
      this.rerouteGap.set(exact.openRatio, { against: 'certificate' });
    if (!Number.isNaN(exact.gapRatio)) this.rerouteGap.set(exact.gapRatio, { against: 'optimum' });
  }

  record(body: RecordBody): void {
    this.records.add(1, { kind: body.kind });
    if (body.kind === 'change-transition') this.transitions.add(1, { state: body.to });
    if (body.kind === 'verdict') this.verdicts.add(1, { verdict: body.verdict.verdict });
    if (body.kind === 'incident-opened') this.incidents.add(1, { event: 'opened' });
    if (body.kind === 'incident-closed') this.incidents.add(1, { event: 'closed' });
    if (body.kind === 'shadow-decided')
      this.shadowDecisions.add(1, { rule: body.rule, why: body.why });
    if (body.kind === 'shadow-scored') this.shadowScores.add(1, { outcome: body.score.outcome });
    if (body.kind === 'device-outcome')
      this.operations.add(1, { verb: body.verb, outcome: body.outcome });
  }
}
