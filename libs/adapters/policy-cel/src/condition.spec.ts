import fc from 'fast-check';
import { completeFacts } from './examples';
import { compileCondition } from './condition';

const compile = (text: string) => {
  const result = compileCondition(text, 'spec.rules[0].when');
  if (!result.ok) throw new Error(result.error.reason);
  return result.value.evaluate;
};
const refusal = (text: string): string => {
  const result = compileCondition(text, 'spec.rules[0].when');
  if (result.ok) throw new Error(`accepted: ${text}`);
  expect(result.error).toMatchObject({ code: 'policy-invalid', where: 'spec.rules[0].when' });
  return result.error.reason;
};

describe('conditions', () => {
  it.each([
    ['slo.breached && path.maxUtilizationRatio > 0.8', true],
    ['path.maxUtilizationRatio > 0.95', false],
    ['path.downLinks > 0', false],
    ['slo.class in ["interactive", "real-time-inference"]', true],
    ['slo.class == "training"', false],
    ['slo.class.startsWith("real")', true],
    ['slo.quantileMs / slo.thresholdMs > 1.4 && slo.quantileMs - 1.0 > 0.0', true],
    ['-slo.quantileMs < 0', true],
    ['slo.breached ? path.downLinks == 0.0 : false', true],
    ['cause.name != "not-the-network"', true],
  ])('%s is %s', (text, expected) => {
    const facts = completeFacts({
      slo: { breached: true, class: 'real-time-inference', quantileMs: 150, thresholdMs: 100 },
      path: { maxUtilizationRatio: 0.93, downLinks: 0 },
      cause: { name: 'congestion', score: 0.9 },
    });
    expect(compile(text)(facts)).toBe(expected);
  });

  it.each([
    ['path.maxUtilizationRatio > 0.8', 'unknown'],
    ['path.maxUtilizationRatio != 0.8', 'unknown'],
    ['!(path.maxUtilizationRatio > 0.8)', 'unknown'],
    ['!(path.maxUtilizationRatio > 0.8) && slo.breached', 'unknown'],
    ['slo.breached || path.maxUtilizationRatio > 0.8', true],
    ['path.maxUtilizationRatio > 0.8 && !slo.breached', false],
  ])('with unknown utilisation, %s is %s', (text, expected) => {
    expect(compile(text)(completeFacts({ slo: { breached: true } }))).toBe(expected);
  });

  it('never holds on a comparison with an unknown fact, whatever the comparison', () => {
    const operators = fc.constantFrom('>', '>=', '<', '<=', '==', '!=');
    const limit = fc.double({ min: 0, max: 10, noNaN: true }).map((value) => value.toFixed(3));
    fc.assert(
      fc.property(operators, limit, fc.boolean(), (operator, value, negated) => {
        const comparison = `loss.ratio ${operator} ${value}`;
        const text = negated ? `!(${comparison})` : comparison;
        expect(compile(text)(completeFacts({}))).toBe('unknown');
      }),
    );
  });

  it.each([
    ['path.maxUtilisationRatio > 0.8', 'did you mean "path.maxUtilizationRatio"?'],
    ['pth.maxUtilizationRatio > 0.8', 'did you mean "path.maxUtilizationRatio"?'],
    ['queue.zzzzzzzzzzzzzzz > 0.8', 'known: queue.depthBytes, queue.depthRatio'],
    ['slo.breached && utilisation > 0.8', 'unknown fact "utilisation"'],
    ['constructor == "x"', 'unknown fact "constructor"'],
    ['path.maxUtilizationRatio', 'gives double; a condition must give true or false'],
    ['slo.class', 'gives string'],
    ['slo.class > 3', '">" cannot take string and int'],
    ['slo.breached && 1', '"&&" cannot take bool and int'],
    ['slo.quantileMs * 2 > 100.0', 'write whole numbers with a point, e.g. 2.0 at column'],
    ['path > 3', 'unknown fact "path"'],
    ['has(slo.class)', 'has() is not needed'],
    ['[1, 2].exists(x, x > 1)', 'macros'],
    ['timestamp("2026-01-01T00:00:00Z") > timestamp("x")', '"timestamp" is not available'],
    ['slo.class.toString() == ""', '"toString" is not available'],
    ['slo.class in ["a", 1]', 'a list holds values of one type'],
    ['b"x" == b"y"', 'a constant of this type'],
    ['slo.breached &&', 'not a CEL expression: column'],
    ['slo.breached = true', 'not a CEL expression: column 14'],
    ['slo.breached; true', 'not a CEL expression'],
  ])('refuses %s', (text, message) => {
    expect(refusal(text)).toContain(message);
  });
});
