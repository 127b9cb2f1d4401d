import { z } from 'zod';
import { formatIssues, formatPath, nearest, strict, summarize } from './issues';

const issuesOf = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value);
  if (parsed.success) throw new Error('accepted');
  return formatIssues(parsed.error);
};

describe('formatPath', () => {
  it.each([
    [['spec', 'rules', 2, 'when'], 'spec.rules[2].when'],
    [[], '(root)'],
    [[0, 'a'], '[0].a'],
    [['labels', 'weir.dev/role'], 'labels["weir.dev/role"]'],
    [['a', 'b-c', 'd e'], 'a.b-c["d e"]'],
  ])('%j is %s', (path, text) => {
    expect(formatPath(path)).toBe(text);
  });
});

describe('formatIssues', () => {
  const schema = strict({
    name: z.string(),
    items: z.array(strict({ thresholdMs: z.number().optional() })).default([]),
    choice: z.union([z.array(z.string()), strict({ labels: z.string() })]).optional(),
  });

  it('has one entry per unknown key, each with its own suggestion', () => {
    expect(issuesOf(schema, { name: 'a', nam: 1, zzzzzzzz: 2 })).toEqual([
      { path: 'nam', message: 'unknown field; did you mean "name"?' },
      { path: 'zzzzzzzz', message: 'unknown field; known: name, items, choice' },
    ]);
  });

  it('goes into lists', () => {
    expect(issuesOf(schema, { name: 'a', items: [{}, { threshold: 5 }] })).toEqual([
      { path: 'items[1].threshold', message: 'unknown field; did you mean "thresholdMs"?' },
    ]);
  });

  it('says what is missing and what is no mapping', () => {
    expect(issuesOf(schema, {})).toEqual([{ path: 'name', message: 'required' }]);
    expect(issuesOf(schema, { name: null })[0]?.message).toContain('received null');
    const words = strict({
      kind: z.literal('Drain'),
      size: z.enum(['small', 'large']),
      n: z.int(),
    });
    expect(issuesOf(words, {})).toEqual([
      { path: 'kind', message: 'required: "Drain"' },
      { path: 'size', message: 'required: "small", "large"' },
      { path: 'n', message: 'required' },
    ]);
    const either = strict({ capacity: z.union([z.number(), z.string()]) });
    expect(issuesOf(either, {})).toEqual([{ path: 'capacity', message: 'required' }]);
    expect(issuesOf(schema, 5)).toEqual([
      { path: '(root)', message: 'must be a mapping of fields' },
    ]);
    expect(issuesOf(z.object({ a: strict({}) }), {})).toEqual([{ path: 'a', message: 'required' }]);
  });

  it('reports the alternative of a union that fits best', () => {
    expect(issuesOf(schema, { name: 'a', choice: { labels: 5 } })[0]?.path).toBe('choice.labels');
    expect(issuesOf(schema, { name: 'a', choice: ['x', 5] })[0]?.path).toBe('choice[1]');
  });

  it('does not let a key of the prototype through', () => {
    const value: unknown = JSON.parse('{"name":"a","__proto__":{"x":1},"constructor":1}');
    expect(issuesOf(schema, value).map((issue) => issue.path)).toContain('constructor');
  });
});

describe('summarize', () => {
  it('leads with the first mistake and counts the others', () => {
    const issues = ['a', 'b', 'c'].map((path) => ({ path, message: `bad ${path}` }));
    expect(summarize(issues)).toEqual({
      where: 'a',
      reason: 'bad a (and 2 more: b: bad b; c: bad c)',
    });
    expect(summarize(issues.slice(0, 1))).toEqual({ where: 'a', reason: 'bad a' });
  });
});

describe('nearest', () => {
  it.each([
    ['leav1', ['leaf1', 'spine1'], 'leaf1'],
    ['hold', ['holdMs', 'holder'], 'holdMs'],
    ['HOLDMS', ['holdMs'], 'holdMs'],
    ['completely-different', ['leaf1'], undefined],
    ['', [], undefined],
  ])('%s among %j', (word, known, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });
});
