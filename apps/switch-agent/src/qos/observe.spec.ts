import { parseFilters } from './filters';
import { parseClasses } from './htb-text';
import { discsByDevice, ownership, readPort } from './observe';
import { renderPort } from './render';
import { qosFromLeaves } from './from-leaves';
import { stateLines } from './tree';
import { classifierLeaves, limitLeaves, markingLeaves, merged, portLeaves } from './testing/config';

// Recorded with iproute2 6.1.0: `tc -N -j -s -d qdisc show` in a kernel 6.1 with sch_red.
const DISCS =
  '[{"kind":"noqueue","handle":"0:","dev":"v1","root":true,"refcnt":2,"options":{}},' +
  '{"kind":"tbf","handle":"8001:","dev":"v2","root":true,"refcnt":2,"options":{"rate":1250000}},' +
  '{"kind":"htb","handle":"5752:","dev":"v0","root":true,"refcnt":2,"options":{"r2q":10,' +
  '"default":"0x1","direct_packets_stat":0,"ver":"3.17","direct_qlen":1000},"bytes":0,"packets":0,' +
  '"drops":0,"overlimits":0,"requeues":0,"backlog":0,"qlen":0},{"kind":"red","handle":"5907:",' +
  '"dev":"v0","parent":"5752:8","options":{"limit":500000,"min":30000,"max":30000,"ecn":true,' +
  '"harddrop":false,"adaptive":false,"nodrop":true,"ewma":1,"probability":1,"Scell_log":8},' +
  '"bytes":0,"packets":0,"drops":0,"overlimits":0,"requeues":0,"backlog":0,"qlen":0,"marked":0,' +
  '"early":0,"pdrop":0,"other":0},{"kind":"bfifo","handle":"5800:","dev":"v0","parent":"5752:1",' +
  '"options":{"limit":30000},"bytes":0,"packets":0,"drops":0,"overlimits":0,"requeues":0,' +
  '"backlog":0,"qlen":0}]';

// Also with -j: this version prints classes as text.
const CLASSES = `class htb 5752:8 parent 5752:fff leaf 5907: prio 0 quantum 16384 rate 37500Kbit ceil 50Mbit linklayer ethernet burst 4678b/1 mpu 0b cburst 6250b/1 mpu 0b level 0
 Sent 90 bytes 1 pkt (dropped 0, overlimits 0 requeues 0)
class htb 5752:1 parent 5752:fff leaf 5800: prio 1 quantum 16384 rate 12500Kbit ceil 50Mbit linklayer ethernet burst 3192b/1 mpu 0b cburst 6250b/1 mpu 0b level 0
class htb 5752:fff root rate 50Mbit ceil 50Mbit linklayer ethernet burst 6250b/1 mpu 0b cburst 6250b/1 mpu 0b level 7
class red 5907:1 parent 5907:
`;

const u32 = (protocol: string, handle: string, flow: string, value: string, mask: string): string =>
  `{"parent":"5752:","protocol":"${protocol}","pref":10,"kind":"u32","chain":0,"options":{"fh":"${handle}",` +
  `"order":47,"key_ht":"800","bkt":"0","flowid":"${flow}","not_in_hw":true,` +
  `"match":{"value":"${value}","mask":"${mask}","offmask":"","off":0}}}`;
const FILTERS = [
  '{"parent":"5752:","protocol":"ip","pref":10,"kind":"u32","chain":0}',
  '{"parent":"5752:","protocol":"ip","pref":10,"kind":"u32","chain":0,"options":{"fh":"800:","ht_divisor":1}}',
  u32('ip', '800::2f', '5752:8', 'b80000', 'fc0000'),
  u32('[2048]', '800::fff', '5752:1', '0', '0'),
  u32('ipv6', '801::2f', '5752:8', 'b800000', 'fc00000'),
];

describe('queueing as tc shows it', () => {
  it('tells the kernel default, a tree of the agent and a discipline of somebody else', () => {
    const devices = discsByDevice(DISCS);
    expect(['v0', 'v1', 'v2', 'v3'].map((dev) => ownership(devices.get(dev)))).toEqual([
      'owned',
      'default',
      'foreign',
      'default',
    ]);
    expect(readPort(devices.get('v2'), '', '')).toEqual({ kind: 'foreign', text: 'tbf 8001:' });
  });

  it('reads a tree with RED, bfifo, shares and DSCP filters', () => {
    const state = readPort(discsByDevice(DISCS).get('v0'), CLASSES, `[${FILTERS.join(',')}]`);
    expect(stateLines('v0', state)).toEqual([
      'v0 root htb default 1',
      'v0 line rate 50000000 ceil 50000000 burst 6250 cburst 6250 prio 0 quantum 0',
      'v0 class 1 rate 12500000 ceil 50000000 burst 3200 cburst 6250 prio 1 quantum 16384',
      'v0 class 8 rate 37500000 ceil 50000000 burst 4688 cburst 6250 prio 0 quantum 16384',
      'v0 leaf 1 bfifo limit 30000',
      'v0 leaf 8 red limit 500000 min 30000 max 30000 weight 1 probability 100% ecn nodrop',
      'v0 ip dscp 46 to 8',
      'v0 ip other to 1',
      'v0 ipv6 dscp 46 to 8',
    ]);
  });

  it('reads classes that a later iproute2 prints as JSON, rates in bytes per second', () => {
    const json =
      '[{"class":"htb","handle":"5752:2","parent":"5752:fff","leaf":"0x5801","prio":0,' +
      '"quantum":16384,"rate":1562500,"ceil":6250000,"linklayer":"ethernet","burst":3192,' +
      '"mpu":0,"cburst":6250,"level":0},{"class":"red","handle":"5907:1","parent":"5907:"}]';
    expect(parseClasses(json)).toEqual([
      {
        minor: 2,
        parent: '5752:fff',
        item: {
          rateBps: 12_500_000,
          ceilBps: 50_000_000,
          burstBytes: 3200,
          ceilBurstBytes: 6250,
          prio: 0,
          quantumBytes: 16384,
        },
      },
    ]);
  });

  it('reads filters of flower, and tells those that are not its own', () => {
    const flower =
      '{"parent":"5752:","protocol":"[2048]","pref":10,"kind":"flower","chain":0,"options":' +
      '{"handle":47,"classid":"5752:8","keys":{"eth_type":"ipv4","ip_tos":184,"ip_tos_mask":"fc"},"not_in_hw":true}}';
    expect(parseFilters(`[${flower}]`).filters?.ip).toEqual(new Map([[47, 8]]));
    const others = [
      u32('ip', '800::2f', '5752:8', 'a80000', 'fc0000'),
      u32('ip', '800::30', '5752:8', 'b80000', 'ff0000'),
      u32('arp', '802::1', '5752:8', '0', '0'),
    ];
    const read = parseFilters(`[${others.join(',')}]`);
    expect(read.filters).toBeNull();
    expect(read.strange).toHaveLength(3);
  });

  it('shows what somebody put into the tree', () => {
    const extra = DISCS.replace(
      '"kind":"bfifo","handle":"5800:"',
      '"kind":"netem","handle":"8003:"',
    );
    const more = `${CLASSES}class htb 5752:77 parent 5752:1 prio 0 rate 1Mbit ceil 1Mbit burst 3200b cburst 3200b\n`;
    const lines = stateLines('v0', readPort(discsByDevice(extra).get('v0'), more, ''));
    expect(lines).toContain('v0 leaf 1 netem 8003:');
    expect(lines).toContain('v0 class 77 under 5752:1');
  });
});

describe('the tree of a port', () => {
  const port = (bps: bigint) => {
    const wanted = qosFromLeaves(
      merged(
        portLeaves({ port: 'up1', weights: { bulk: 3, priority: 1 } }),
        limitLeaves('up1', { bulk: 500_000 }),
        markingLeaves('up1', 'bulk', {
          'min-threshold-percent': '4',
          'max-threshold': '60000',
          'enable-ecn': true,
          drop: true,
        }),
        classifierLeaves('up1', { bulk: [0], priority: [46] }, 'IPV6'),
      ),
    ).get('up1');
    if (wanted === undefined) throw new Error('no port');
    return stateLines('up1', { kind: 'owned', tree: renderPort(wanted, bps) });
  };

  it('has a class and a leaf for each queue, and unclassified packets in the lowest queue', () => {
    expect(port(50_000_000n)).toEqual([
      'up1 root htb default 1',
      'up1 line rate 50000000 ceil 50000000 burst 6250 cburst 6250 prio 0 quantum 0',
      'up1 class 1 rate 37500000 ceil 50000000 burst 4688 cburst 6250 prio 0 quantum 49152',
      'up1 class 2 rate 12500000 ceil 50000000 burst 3200 cburst 6250 prio 0 quantum 16384',
      'up1 leaf 1 red limit 500000 min 20000 max 60000 weight 1 probability 100% ecn',
      'up1 leaf 2 bfifo limit 1514000',
      'up1 ip other to 1',
      'up1 ipv6 dscp 0 to 1',
      'up1 ipv6 dscp 46 to 2',
      'up1 ipv6 other to 1',
    ]);
  });

  it('divides 400 Gb/s in steps that tc prints without rounding', () => {
    expect(port(400_000_000_000n)[2]).toContain('rate 300000000000 ceil 400000000000');
  });
});
