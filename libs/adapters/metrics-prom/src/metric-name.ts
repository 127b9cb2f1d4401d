import { assert } from '@weir/core/base';

export type MetricType = 'counter' | 'gauge' | 'histogram';

/** Units that are not base units; Prometheus keeps seconds, bytes and ratios. */
const SCALED_UNITS = ['ms', 'us', 'ns', 'milliseconds', 'microseconds', 'kb', 'mb', 'percent'];
const NAME = /^weir_[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const LABEL = /^[a-z][a-z0-9_]*$/;

/**
 * Checks a metric's name against the Prometheus naming rules
 * (https://prometheus.io/docs/practices/naming/). A wrong name is a defect, hence assertions.
 */
export function checkMetricName(type: MetricType, name: string, labels: readonly string[]): void {
  assert(NAME.test(name), `metric ${name}: snake case with prefix weir_`);
  const words = name.split('_');
  const unit = type === 'counter' ? words.at(-2) : words.at(-1);
  assert(!SCALED_UNITS.includes(unit ?? ''), `metric ${name}: use the base unit, not ${unit}`);
  const total = words.at(-1) === 'total';
  assert(total === (type === 'counter'), `metric ${name}: counters, and only they, end in _total`);
  for (const label of labels) {
    assert(LABEL.test(label) && label !== 'le', `metric ${name}: label ${label} is not allowed`);
  }
  assert(new Set(labels).size === labels.length, `metric ${name}: a label is named twice`);
}
