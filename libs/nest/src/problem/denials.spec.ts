import { DenialLog } from './denials';

const DENIAL = {
  code: 'forbidden',
  reason: 'bob has the role viewer; operator is needed.',
  method: 'POST',
  path: '/v1/freeze',
  client: '127.0.0.1',
};

describe('DenialLog', () => {
  it('says who was denied what, and how many it did not say when there are many', () => {
    let nowMs = 0;
    const lines: Record<string, unknown>[] = [];
    const warn = (_: string, fields?: Record<string, unknown>) => lines.push(fields ?? {});
    const denials = new DenialLog({ warn }, () => nowMs);
    for (let at = 0; at < 50; at++) denials.denied(DENIAL);
    expect(lines).toHaveLength(20);
    expect(lines[0]).toEqual(DENIAL);
    nowMs = 1_000;
    denials.denied(DENIAL);
    expect(lines.at(-1)).toEqual({ ...DENIAL, suppressed: 30 });
    denials.denied(DENIAL);
    expect(lines.at(-1)).toEqual(DENIAL);
  });
});
