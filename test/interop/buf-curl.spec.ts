import { until, type AgentProcess } from '../lab/agent-process';
import { leavesOf, PORT_STATE, skipReason, startAgent, STATIC, weightsInKernel } from './agent';
import { BufCurl } from './buf-curl';

// The reason is printed by skipReason.
const describeKernel = skipReason('interop/buf-curl.spec') === null ? describe : describe.skip;

jest.setTimeout(120_000);

const commit = (id: string, action: Readonly<Record<string, unknown>>): unknown[] => [
  { commit: { id, ...action } },
];

describeKernel('buf curl on the switch agent', () => {
  let agent: AgentProcess;
  let curl: BufCurl;
  beforeAll(async () => {
    agent = await startAgent('bufcurl');
    curl = new BufCurl(agent.address);
  });
  afterAll(() => agent.dispose());

  it('reads the models that the kernel can do', async () => {
    const answer = JSON.stringify(await curl.one('Capabilities', {}));
    expect(answer).toContain('openconfig-qos');
    expect(answer).toContain('openconfig-local-routing');
  });

  it('sets routes and queues in one Set and gets them back', async () => {
    await curl.set(leavesOf([3, 1], 3));
    expect(weightsInKernel(agent)).toEqual([3, 1]);
    const shown = JSON.stringify(await curl.get(STATIC));
    expect(shown).toContain('"wecmp-weight":"3"');
    expect(JSON.stringify(await curl.get('/qos/interfaces'))).toContain('"transmit-octets":"');
  });

  it('subscribes: counters, then the end of the first values', async () => {
    const { documents } = await curl.subscribeOnce(PORT_STATE);
    expect(JSON.stringify(documents)).toContain('out-octets');
    expect(documents.at(-1)).toEqual({ syncResponse: true });
  });

  it('sees the status and the path of a refusal', async () => {
    const bad = curl.set([['/interfaces/interface[name=up1]/config/mtu', 20]]);
    await expect(bad).rejects.toThrow(/invalid_argument/);
    await expect(bad).rejects.toThrow(/mtu/);
  });

  it('commits, is rolled back without a confirmation, and confirms', async () => {
    const before = agent.kernel();
    await curl.set(leavesOf([1, 9], 1), [], commit('b1', { commit: { rollbackDuration: '1s' } }));
    expect(weightsInKernel(agent)).toEqual([1, 9]);
    await until('the rollback', () => agent.kernel() === before);
    await curl.set(leavesOf([1, 9], 1), [], commit('b2', { commit: { rollbackDuration: '60s' } }));
    await curl.set([], [], commit('b2', { confirm: {} }));
    const again = curl.set([], [], commit('b2', { confirm: {} }));
    await expect(again).rejects.toThrow(/failed_precondition/);
    expect(weightsInKernel(agent)).toEqual([1, 9]);
  });
});
