import { yamlDocuments, yamlValue } from './yaml-value';

function valueOf(text: string): unknown {
  const documents = yamlDocuments(text);
  if (!documents.ok) return documents.error;
  const [document] = documents.value;
  const value = document ? yamlValue(document) : null;
  return value === null ? null : value.ok ? value.value : value.error;
}

describe('YAML of an operator', () => {
  it('is read', () => {
    expect(valueOf('a: [1, x]')).toEqual({ a: [1, 'x'] });
  });

  it('is refused where it is wrong, nested without end, or expands without bound', () => {
    expect(valueOf('a: [1')).toMatchObject({ where: expect.stringMatching(/^line 1/) as string });
    expect(valueOf('- '.repeat(20_000))).toEqual({ where: '(root)', reason: 'nested too deeply' });
    const aliases = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (const [i, name] of [...'bcdefg'].entries())
      aliases.push(`${name}: &${name} [${Array<string>(10).fill(`*${'abcdef'[i]}`).join(',')}]`);
    expect(valueOf(aliases.join('\n'))).toMatchObject({
      where: '(root)',
      reason: expect.stringMatching(/alias/) as string,
    });
  });
});
