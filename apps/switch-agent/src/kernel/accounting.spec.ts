import { parseCounterRules, PrefixAccounting } from './accounting';
import type { Nft } from './nft';

// Recorded from `nft -j list chain` of nftables 1.0.6, with a counter beyond 2^53.
const LISTING =
  '{"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}}, {"chain": {"family": "ip",' +
  '"table": "weir_switch_agent", "name": "forward", "handle": 1, "type": "filter", "hook": "forward",' +
  '"prio": 0, "policy": "accept"}}, {"rule": {"family": "ip", "table": "weir_switch_agent",' +
  '"chain": "forward", "handle": 3, "comment": "10.0.0.0/24", "expr": [{"match": {"op": "==", "left":' +
  '{"payload": {"protocol": "ip", "field": "daddr"}}, "right": {"prefix": {"addr": "10.0.0.0", "len": 24}}}},' +
  '{"counter": {"packets": 12, "bytes": 9223372036854775807}}]}}, {"rule": {"family": "ip", "handle": 4,' +
  '"expr": [{"counter": {"packets": 1, "bytes": 1}}]}}]}';

describe('counters per prefix', () => {
  it('reads the rules that carry a prefix, every digit of them', () => {
    expect([...parseCounterRules(LISTING)]).toEqual([
      ['10.0.0.0/24', { handle: 3, octets: 9223372036854775807n, packets: 12n }],
    ]);
  });

  it('adds and removes only what differs, so that counters go on', async () => {
    const scripts: string[] = [];
    const nft: Nft = {
      write: (script) => Promise.resolve(void scripts.push(script)),
      list: () => Promise.resolve(LISTING),
      close: () => undefined,
    };
    const accounting = new PrefixAccounting(nft, () => undefined);
    expect(await accounting.probe()).toEqual({ available: true });
    await accounting.update(new Set(['10.0.0.0/24']));
    expect(scripts).toHaveLength(1);
    await accounting.update(new Set(['10.1.0.0/24']));
    expect(scripts[1]).toBe(
      'delete rule ip weir_switch_agent forward handle 3\n' +
        'add rule ip weir_switch_agent forward ip daddr 10.1.0.0/24 counter comment "10.1.0.0/24"\n',
    );
  });

  it('says what is missing, and then counts nothing', async () => {
    const missing = (): Promise<never> => Promise.reject(new Error('ENOENT'));
    const nft: Nft = { write: missing, list: missing, close: () => undefined };
    const accounting = new PrefixAccounting(nft, () => undefined);
    expect(await accounting.probe()).toMatchObject({ available: false });
    await accounting.update(new Set(['10.0.0.0/24']));
    expect(accounting.counters.size).toBe(0);
  });

  it('starts anew after somebody flushed the rule set', async () => {
    let flushed = false;
    const problems: string[] = [];
    const nft: Nft = {
      write: (script) => {
        if (script.startsWith('add table')) flushed = false;
        return Promise.resolve();
      },
      list: () => (flushed ? Promise.reject(new Error('No such file')) : Promise.resolve(LISTING)),
      close: () => undefined,
    };
    const accounting = new PrefixAccounting(nft, (message) => problems.push(message));
    await accounting.probe();
    const prefixes = new Set(['10.0.0.0/24']);
    flushed = true;
    await accounting.update(prefixes);
    expect(accounting.counters.size).toBe(0);
    expect(problems).toEqual([expect.stringContaining('lost for now')]);
    for (let i = 0; i < 10; i++) await accounting.update(prefixes);
    expect(accounting.counters.size).toBe(1);
  });
});
