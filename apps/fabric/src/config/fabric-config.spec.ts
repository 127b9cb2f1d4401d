import { readConfig } from './fabric-config';

const refusal = (text: string) => {
  const result = readConfig(text);
  if (result.ok) throw new Error('accepted');
  return result.error;
};

describe('fabric configuration', () => {
  it('is complete without a file', () => {
    const result = readConfig('');
    expect(result.ok && result.value.metadata.name).toBe('demo');
  });

  it('names the field of a mistake', () => {
    const text =
      'apiVersion: weir.dev/v1\nkind: Fabric\nmetadata: { name: x }\nspec: { leavs: 3 }\n';
    expect(refusal(text)).toMatchObject({ code: 'config-invalid', where: 'spec.leavs' });
  });

  it.each([
    ['nesting without end', '['.repeat(50_000)],
    ['aliases that multiply', aliases()],
  ])('refuses %s and lives', (_, text) => {
    expect(refusal(text).code).toBe('config-invalid');
  });
});

function aliases(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 9; i++)
    lines.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(9).slice(0, -2)}]`);
  return lines.join('\n');
}
