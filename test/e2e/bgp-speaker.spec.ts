import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startSmallFabric, type SmallFabric } from '../../apps/controller/test/small-fabric';
import {
  ready,
  startTestDaemon,
  until,
  type TestDaemon,
} from '../../apps/controller/test/test-daemon';
import { gobgp } from '@weir/proto-gen';
import { SpeakerClient } from '../../libs/adapters/gobgp/src/speaker';
import { decodeSrPolicy } from '../../libs/adapters/gobgp/src/speaker/sr-policy-wire';
import { freePort, Gobgpd, gobgpdSkipReason } from '../../libs/adapters/gobgp/src/testing/gobgpd';
import { speakerAt } from '../../libs/adapters/gobgp/src/testing/one-router';

const CLI = resolve(__dirname, '../../apps/cli/dist/main.js');
const PREFIX = '10.0.2.0/24';

// Skipped without gobgpd: a real speaker with a real session is what this is about.
const skipReason = gobgpdSkipReason();
if (skipReason !== null) console.warn(`bgp-speaker.spec: skipped, ${skipReason}`);
// The reason is printed above.
const describeSpeaker = skipReason === null ? describe : describe.skip;
jest.setTimeout(120_000);

/** What has no effect is decided after three seconds, not after minutes. */
const QUICK_POLICY = `apiVersion: weir.dev/v1
kind: Policy
metadata: { name: quick }
spec:
  limits: { maxChangesPerHour: 1000 }
  verify: { settleMs: 200, minSamples: 5, maxMs: 3000 }
  rules:
    - { name: never, when: path.maxUtilizationRatio > 2.0, action: { type: reroute }, mode: observe }
`;

/** One of two that have a session over loopback; the other one stands for the router. */
const configOf = (own: string, other: string, port: number): string => `
[global.config]
as = 65000
router-id = "${own}"
port = ${port}
local-address-list = ["${own}"]
[[neighbors]]
[neighbors.config]
neighbor-address = "${other}"
peer-as = 65000
[neighbors.transport.config]
local-address = "${own}"
remote-port = ${port}
[neighbors.timers.config]
connect-retry = 1
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv4-unicast"
[neighbors.afi-safis.add-paths.config]
receive = true
send-max = 8
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv4-srpolicy"
`;

describeSpeaker('a router behind a speaker, from the command line', () => {
  let fabric: SmallFabric;
  let speaker: Gobgpd;
  let router: Gobgpd;
  let daemon: TestDaemon | undefined;

  beforeAll(async () => {
    const port = await freePort();
    router = await Gobgpd.start({ config: configOf('127.0.0.2', '127.0.0.1', port) });
    speaker = await Gobgpd.start({ config: configOf('127.0.0.1', '127.0.0.2', port) });
    fabric = await startSmallFabric();
    const file = join(fabric.dir, 'topology.yaml');
    const bgp = `bgp: { address: '${speaker.address}', asn: 65000, srPolicies: true, nextHops: { eth1: 192.0.2.1, eth2: 192.0.2.2 } }`;
    const steered = `name: leaf1, profile: gobgp, ${bgp},`;
    const text = readFileSync(file, 'utf8').replace('name: leaf1,', steered);
    writeFileSync(file, text.replace('name: leaf2,', 'name: leaf2, nodeSid: 16002,'));
    // The engine reads how the session is with each image, which is once a minute.
    await until(
      'the session',
      async () => (await ask(speaker, 'neighbor')).includes('Establ'),
      60_000,
    );
    writeFileSync(join(fabric.dir, 'policy.yaml'), QUICK_POLICY);
    daemon = await startTestDaemon(fabric.dir, '  policy: policy.yaml\n');
    await ready(daemon);
  });
  afterAll(async () => {
    await daemon?.stop();
    await fabric.close();
    await speaker.dispose();
    await router.dispose();
  });

  function run(command: string, args: readonly string[]): Promise<string> {
    const env = { ...process.env, WEIR_SERVER: daemon?.url };
    return new Promise((done) => {
      execFile(command, args, { cwd: fabric.dir, env }, (_, stdout, stderr) => {
        done(stdout + stderr);
      });
    });
  }
  const ask = (of: Gobgpd, ...args: string[]): Promise<string> =>
    run('gobgp', ['-p', of.address.slice(of.address.indexOf(':') + 1), ...args]);
  const weir = (...args: string[]): Promise<string> => run(process.execPath, [CLI, ...args]);

  /** What the router has heard, in any order: next hop and bandwidth of each path. */
  async function heard(): Promise<string> {
    const table = await ask(router, 'global', 'rib', PREFIX);
    const paths = table.match(/192\.0\.2\.\d.*/g) ?? [];
    return paths
      .map((line) => `${/^\S+/.exec(line)?.[0]} ${/Extcomms: \[65000:(\d+)\]/.exec(line)?.[1]}`)
      .sort()
      .join(', ');
  }
  const hears = (expected: string) =>
    until(`the router to hear "${expected}"`, async () => (await heard()) === expected, 30_000);

  const change = (weights: string): Promise<string> =>
    applied(`type: reroute, routes: [{ device: leaf1, prefix: ${PREFIX}, weights: ${weights} }]`);

  function write(action: string): void {
    const text = `apiVersion: weir.dev/v1\nkind: Change\nspec: { action: { ${action} } }\n`;
    writeFileSync(join(fabric.dir, 'change.yaml'), text);
  }

  async function applied(action: string): Promise<string> {
    write(action);
    let said = '';
    await until('the change to be taken', async () => {
      said = await weir('apply', 'change.yaml', '--yes', '-o', 'json');
      return said.startsWith('{');
    }).catch((cause: unknown) => {
      throw new Error(`last said: ${said}`, { cause });
    });
    return (JSON.parse(said) as { id: string }).id;
  }
  async function ends(id: string, state: string): Promise<void> {
    let last: unknown = null;
    await until(
      `${id} to be ${state}`,
      async () => {
        const answer = await fetch(`${daemon?.url}/v1/changes/${id}`);
        const { state: is, reason } = (await answer.json()) as { state: string; reason: string };
        last = { is, reason };
        return is === state;
      },
      40_000,
    ).catch((cause: unknown) => {
      throw new Error(`${id}: ${JSON.stringify(last)}`, { cause });
    });
  }

  it('announces, moves shares, gets its paths back after a restart, and withdraws', async () => {
    const announced = await change('{ eth1: 32, eth2: 32 }');
    await hears('192.0.2.1 4000000, 192.0.2.2 4000000');
    await ends(announced, 'confirmed');
    const moved = await change('{ eth1: 48, eth2: 16 }');
    await hears('192.0.2.1 6000000, 192.0.2.2 2000000');
    await ends(moved, 'confirmed');

    await speaker.restart();
    await hears('192.0.2.1 6000000, 192.0.2.2 2000000');

    const undo = JSON.parse(await weir('undo', moved, '--yes', '-o', 'json')) as { id: string };
    await hears('192.0.2.1 4000000, 192.0.2.2 4000000');
    await ends(undo.id, 'confirmed');

    const withdrawn = await change('{}');
    await ends(withdrawn, 'confirmed');
    await hears('');
  });

  const sr = (device: string, segments: string): string =>
    `type: sr-policy, policies: [{ device: ${device}, color: 100, endpoint: 10.255.0.2, preference: 200, segmentLists: [${segments}] }]`;

  /** Colour and preference of each policy that the router has heard, by the API of the speaker. */
  async function policies(of: Gobgpd): Promise<string[]> {
    const client = new SpeakerClient(speakerAt(of.address), () => null);
    const family = { afi: gobgp.Family_Afi.AFI_IP, safi: gobgp.Family_Safi.SAFI_SR_POLICY };
    const listed = await client.listPaths(family, null, 5_000);
    client.close();
    if (!listed.ok) throw listed.error;
    return listed.value.map((path) => {
      const local = decodeSrPolicy({ ...path, neighborIp: '' });
      return `${local?.color} ${local?.endpoint}`;
    });
  }

  it('announces an SR policy over links that are there, shows it, and takes it back', async () => {
    write(sr('leaf2', '{ segments: [16002] }'));
    expect(await weir('apply', 'change.yaml', '--dry-run')).toContain('cannot write SR policies');
    const id = await applied(
      sr('leaf1', '{ weight: 3, segments: [16002] }, { segments: [24001] }'),
    );
    await until('the router to hear it', async () => (await policies(router)).length === 1, 30_000);
    expect(await policies(router)).toEqual(['100 10.255.0.2']);
    await ends(id, 'confirmed');
    expect(await weir('describe', 'change', id)).toContain(
      'preference 200 weight 3 segments 16002 weight 1 segments 24001',
    );
    const undo = JSON.parse(await weir('undo', id, '--yes', '-o', 'json')) as { id: string };
    await until(
      'the router to forget it',
      async () => (await policies(router)).length === 0,
      30_000,
    );
    await ends(undo.id, 'confirmed');
    expect(await policies(speaker)).toEqual([]);
  });
});
