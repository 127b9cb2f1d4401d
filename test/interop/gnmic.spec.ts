import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
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

const VARIABLE = 'WEIR_INTEROP_GNMIC';
const reason = skipReason('interop/gnmic.spec', needsProgram(VARIABLE));
// The reason is printed by skipReason.
const describeClient = reason === null ? describe : describe.skip;

jest.setTimeout(120_000);

describeClient('gnmic on the switch agent', () => {
  let agent: AgentProcess;
  const gnmic = async (...args: string[]): Promise<string> => {
    const to = ['-a', agent.address, '--insecure', '-e', 'json_ietf'];
    return (await promisify(execFile)(process.env[VARIABLE] ?? '', [...to, ...args])).stdout;
  };
  beforeAll(async () => {
    agent = await startAgent('gnmic');
    await new BufCurl(agent.address).set(leavesOf([3, 1], 3));
  });
  afterAll(() => agent.dispose());

  it('reads capabilities, gets and subscribes', async () => {
    expect(await gnmic('capabilities')).toContain('openconfig-qos');
    expect(await gnmic('get', '--path', WEIGHT)).toContain('"3"');
    const once = ['subscribe', '--mode', 'once', '--path', PORT_STATE];
    expect(await gnmic(...once)).toContain('out-octets');
  });

  it('sets, and rolls back and confirms by its commit flags', async () => {
    const set = ['set', '--update-path', WEIGHT, '--update-value'];
    await gnmic(...set, '5');
    expect(weightsInKernel(agent)).toEqual([5, 1]);
    const commit = (id: string, time: string): string[] => [
      ...['--commit-id', id, '--commit-request', '--rollback-duration', time],
    ];
    await gnmic(...set, '9', ...commit('g1', '1s'));
    expect(weightsInKernel(agent)).toEqual([9, 1]);
    await until('the rollback', () => weightsInKernel(agent)[0] === 5);
    await gnmic(...set, '9', ...commit('g2', '60s'));
    await gnmic('set', '--commit-id', 'g2', '--commit-confirm');
    await gnmic(...set, '8', ...commit('g3', '60s'));
    await gnmic('set', '--commit-id', 'g3', '--commit-cancel');
    expect(weightsInKernel(agent)).toEqual([9, 1]);
  });
});
