import {
  controlStabilityChecks,
  dynamicThresholdChecks,
  hashImbalanceChecks,
  interferenceChecks,
  ringAllReduceChecks,
} from './index';

describe('independent checks', () => {
  it.each([
    ['dynamic threshold', dynamicThresholdChecks],
    ['control stability', controlStabilityChecks],
    ['hash imbalance', hashImbalanceChecks],
    ['ring AllReduce', ringAllReduceChecks],
    ['interference', interferenceChecks],
  ])('%s', (_, run) => {
    const checks = run();
    expect(checks.length).toBeGreaterThan(0);
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  });
});
