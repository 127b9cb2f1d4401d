import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AgentProcess } from '../lab/agent-process';
import {
  leavesOf,
  needsProgram,
  PORT_STATE,
  skipReason,
  startAgent,
  STATIC,
  WEIGHT,
  weightsInKernel,
} from './agent';
import { BufCurl } from './buf-curl';

const VARIABLE = 'WEIR_INTEROP_PYTHON';
const reason = skipReason('interop/pygnmi.spec', needsProgram(VARIABLE));
// The reason is printed by skipReason.
const describeClient = reason === null ? describe : describe.skip;

jest.setTimeout(120_000);

describeClient('pygnmi on the switch agent', () => {
  let agent: AgentProcess;
  beforeAll(async () => {
    agent = await startAgent('pygnmi');
    await new BufCurl(agent.address).set(leavesOf([3, 1], 3));
  });
  afterAll(() => agent.dispose());

  it('gets, sets and subscribes, and is told what is wrong', async () => {
    const [host = '', port = ''] = agent.address.split(':');
    const script = join(__dirname, 'pygnmi-client.py');
    const args = [script, host, port, STATIC, WEIGHT, PORT_STATE];
    const { stdout } = await promisify(execFile)(process.env[VARIABLE] ?? '', args);
    const seen = JSON.parse(stdout.slice(stdout.lastIndexOf('\n{'))) as Record<string, unknown>;
    expect(seen['models']).toContain('openconfig-qos');
    expect(weightsInKernel(agent)).toEqual([7, 1]);
    expect(JSON.stringify(seen['get'])).toMatch(/wecmp-weight"?: ?"7"/);
    expect(JSON.stringify(seen['samples'])).toContain('out-octets');
    expect(seen['refusal']).toMatch(/INVALID_ARGUMENT[^]*weight of 0 to 256/);
  });
});
