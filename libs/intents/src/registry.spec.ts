import { checkIntent, findIntentKind, intentKinds } from '.';

const refusalOf = (document: unknown) => {
  const result = checkIntent(document);
  if (result.ok) throw new Error('accepted');
  return result.error;
};

describe('registry', () => {
  it('knows the kinds by name, plural and short name', () => {
    expect([...intentKinds.keys()]).toEqual([
      'LatencyObjective',
      'TrainingJob',
      'Drain',
      'QosScheme',
    ]);
    for (const word of ['latencyobjective', 'LatencyObjectives', 'lo'])
      expect(findIntentKind(word)?.kind).toBe('LatencyObjective');
    expect(findIntentKind('volume')).toBeUndefined();
  });

  it('has no short name twice', () => {
    const names = [...intentKinds.values()].flatMap((kind) => kind.shortNames);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([...intentKinds.values()])('accepts its example of $kind', (kind) => {
    expect(checkIntent(kind.example)).toMatchObject({ ok: true });
  });
});

describe('checkIntent', () => {
  const envelope = intentKinds.get('Drain')?.example as Record<string, unknown>;

  it.each([
    ['no mapping', null, 'intent-invalid', '(root)', 'must be a mapping'],
    ['another version', { ...envelope, apiVersion: 'v2' }, 'intent-invalid', 'apiVersion', 'weir'],
    ['no name', { ...envelope, metadata: {} }, 'intent-invalid', 'metadata.name', ''],
    [
      'a name for a path',
      { ...envelope, metadata: { name: '../x' } },
      'intent-invalid',
      'metadata.name',
      'letters, digits',
    ],
    [
      'a priority out of range',
      { ...envelope, priority: 1e9 },
      'intent-invalid',
      'priority',
      '1000',
    ],
    [
      'an unknown kind',
      { ...envelope, kind: 'Drian' },
      'intent-unknown-kind',
      'kind',
      'did you mean "Drain"?',
    ],
    ['a bad spec', { ...envelope, spec: {} }, 'intent-invalid', 'spec.link', 'exactly one'],
  ])('refuses %s', (_, document, code, where, reason) => {
    const refusal = refusalOf(document);
    expect(refusal).toMatchObject({ code, where });
    expect(refusal.reason).toContain(reason);
  });

  it('takes what the server printed', () => {
    const metadata = { name: 'x', labels: {}, generation: 3, createdMs: 5 };
    expect(checkIntent({ ...envelope, metadata, status: null })).toMatchObject({ ok: true });
  });
});
