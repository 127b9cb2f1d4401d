import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { elemsOf, toProtoPath } from '@weir/gnmi';
import { until, type AgentProcess } from '../lab/agent-process';
import {
  leavesOf,
  needsProgram,
  PORT_STATE,
  skipReason,
  startAgent,
  WEIGHT,
  weightsInKernel,
} from './agent';
import { BufCurl } from './buf-curl';

const VARIABLE = 'WEIR_INTEROP_GNMI_CLI';
const reason = skipReason('interop/gnmi-cli.spec', needsProgram(VARIABLE));
// The reason is printed by skipReason.
const describeClient = reason === null ? describe : describe.skip;

jest.setTimeout(120_000);

/** A path in the text form of protobuf. */
const textPath = (path: string): string =>
  elemsOf(toProtoPath(path))
    .map(({ name, key }) => {
      const keys = Object.entries(key).map(([k, v]) => `key {key: "${k}" value: "${v}"}`);
      return `elem {name: "${name}" ${keys.join(' ')}}`;
    })
    .join(' ');

describeClient("OpenConfig's gnmi_cli, in Go, on the switch agent", () => {
  let agent: AgentProcess;
  const cli = async (...args: string[]): Promise<string> => {
    const to = ['-address', agent.address, '-insecure'];
    const { stdout } = await promisify(execFile)(process.env[VARIABLE] ?? '', [...to, ...args]);
    return stdout;
  };
  const set = (weight: number, extension = ''): Promise<string> => {
    const value = Buffer.from(JSON.stringify(String(weight)))
      .toString()
      .replaceAll('"', '\\"');
    const update = `update {path {${textPath(WEIGHT)}} val {json_ietf_val: "${value}"}}`;
    return cli('-set', '-proto', `${update} ${extension}`);
  };
  beforeAll(async () => {
    agent = await startAgent('gnmicli');
    await new BufCurl(agent.address).set(leavesOf([3, 1], 3));
  });
  afterAll(() => agent.dispose());

  it('reads capabilities, gets and subscribes', async () => {
    expect(await cli('-capabilities')).toContain('openconfig-qos');
    const request = `path {${textPath(WEIGHT)}} encoding: JSON_IETF`;
    expect(await cli('-get', '-proto', request)).toMatch(/json_ietf_val:\s*"\\"3\\""/);
    const subscription = `subscription {path {${textPath(PORT_STATE)}}}`;
    const once = `subscribe {prefix {} ${subscription} mode: ONCE encoding: PROTO}`;
    expect(await cli('-query_type', 'once', '-dt', 'p', '-proto', once)).toContain('out-octets');
  });

  it('sets; commits, is rolled back, and confirms', async () => {
    await set(5);
    expect(weightsInKernel(agent)).toEqual([5, 1]);
    const commit = (id: string, action: string): string =>
      `extension {commit {id: "${id}" ${action}}}`;
    await set(9, commit('c1', 'commit {rollback_duration {seconds: 1}}'));
    expect(weightsInKernel(agent)).toEqual([9, 1]);
    await until('the rollback', () => weightsInKernel(agent)[0] === 5);
    await set(9, commit('c2', 'commit {rollback_duration {seconds: 60}}'));
    // It says no more of a refusal than its exit code.
    await expect(set(4)).rejects.toMatchObject({ code: 1 });
    expect(weightsInKernel(agent)).toEqual([9, 1]);
    await cli('-set', '-proto', commit('c2', 'confirm {}'));
    expect(weightsInKernel(agent)).toEqual([9, 1]);
  });
});
