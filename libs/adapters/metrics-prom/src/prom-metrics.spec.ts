import { PromMetrics } from './prom-metrics';

describe('PromMetrics', () => {
  it('exposes counters, gauges and histograms as Prometheus text', async () => {
    const metrics = new PromMetrics();
    metrics.counter('weir_changes_total', 'Changes.').add(2);
    metrics.gauge('weir_frozen', 'Freeze.', ['by']).set(1, { by: 'ann' });
    metrics.histogram('weir_pass_seconds', 'Pass.', [0.01, 0.1]).observe(0.05);
    const text = await metrics.exposition();
    expect(text).toContain('# TYPE weir_changes_total counter\nweir_changes_total 2');
    expect(text).toContain('weir_frozen{by="ann"} 1');
    expect(text).toContain('weir_pass_seconds_bucket{le="0.1"} 1');
    expect(metrics.contentType).toContain('text/plain');
  });

  it('starts known label values at zero, in every combination', async () => {
    const metrics = new PromMetrics({
      labelValues: { verdict: ['improved', 'harmed'], rule: ['reroute'] },
    });
    metrics.counter('weir_verdicts_total', 'Verdicts.', ['verdict', 'rule']);
    metrics.histogram('weir_settle_seconds', 'Settle.', [1], ['verdict']);
    metrics.counter('weir_other_total', 'Unknown label.', ['device']);
    const text = await metrics.exposition();
    expect(text).toContain('weir_verdicts_total{verdict="improved",rule="reroute"} 0');
    expect(text).toContain('weir_verdicts_total{verdict="harmed",rule="reroute"} 0');
    expect(text).toContain('weir_settle_seconds_count{verdict="harmed"} 0');
    expect(text).not.toContain('weir_other_total{');
  });

  it('gives the same metric for the same name, and refuses another shape', () => {
    const metrics = new PromMetrics();
    const first = metrics.counter('weir_a_total', 'A.');
    expect(metrics.counter('weir_a_total', 'A.')).toBe(first);
    expect(() => metrics.counter('weir_a_total', 'A.', ['x'])).toThrow(/made twice/);
  });

  it.each([
    ['counter', 'changes_total', /prefix weir_/],
    ['counter', 'weir_changes', /end in _total/],
    ['gauge', 'weir_changes_total', /end in _total/],
    ['gauge', 'weir_lag_ms', /base unit/],
    ['counter', 'weir_wait_ms_total', /base unit/],
    ['gauge', 'weir_Lag_seconds', /prefix weir_/],
  ] as const)('refuses %s %s', (type, name, message) => {
    expect(() => new PromMetrics()[type](name, 'Help.')).toThrow(message);
  });

  it('refuses a counter that shrinks', () => {
    expect(() => new PromMetrics().counter('weir_a_total', 'A.').add(-1)).toThrow(/only grows/);
  });
});
