import { weir } from '../testing/weir';

interface Answer {
  readonly sizes: readonly { readonly rule: string; readonly leastBytes: number; bytes: number }[];
  readonly warnings: readonly string[];
}
const sizes = async (...args: string[]): Promise<Answer> =>
  JSON.parse((await weir(['size-buffer', ...args, '--json'])).stdout) as Answer;

describe('weir size-buffer', () => {
  it('prints every rule in bytes', async () => {
    const args = ['--rate', '100G', '--rtt', '10us', '--workers', '1024', '--flows', '10000'];
    const answer = await sizes(...args);
    expect(answer.sizes.map(({ rule, leastBytes, bytes }) => [rule, leastBytes, bytes])).toEqual([
      ['bdp', 125_000, 125_000],
      ['bdp-burst', 250_000, 500_000],
      ['training', 16_000_000, 16_000_000],
      ['inference', 250_000, 250_000],
      ['appenzeller', 1_250, 1_250],
      ['pfc-headroom', 187_500, 187_500],
    ]);
  });

  it('says what is usually mixed up: 100 Gb/s x 1 ms is 12.5 MB', async () => {
    const answer = await sizes('--rate', '100Gb/s', '--rtt', '1ms', '--rule', 'bdp');
    expect(answer.sizes).toMatchObject([{ rule: 'bdp', bytes: 12_500_000 }]);
    expect(answer.warnings).toEqual([
      expect.stringContaining('are 100000 kbit, which is 12500 KB and not 100000 KB'),
    ]);
    const inBytes = await sizes('--rate', '12.5GB/s', '--rtt', '1ms', '--rule', 'bdp');
    expect(inBytes.sizes).toEqual(answer.sizes);
    expect(inBytes.warnings[1]).toContain('in bytes per second: 100 Gb/s');
  });

  it('is a table for people', async () => {
    const { stdout, stderr } = await weir(['size-buffer', '--rate', '400G', '--rtt', '10us']);
    expect(stdout).toContain('500000');
    expect(stdout).toContain('SIGCOMM 2004');
    expect(stderr).toContain('not 4000 KB');
  });

  it.each([
    [['--rate', '100', '--rtt', '10']],
    [['--rate', '100GB', '--rtt', '10us']],
    [['--rate', '0G', '--rtt', '10us']],
    [['--rate', '100G', '--rtt', '0us']],
    [['--rate', '100G', '--rtt', '10us', '--workers', '0']],
    [['--rate', '100G', '--rtt', '10us', '--rule', 'guess']],
    [['--rtt', '10us']],
  ])('refuses %j', async (args) => {
    const { exitCode, stderr } = await weir(['size-buffer', ...args]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/--(rate|rtt|workers|rule)/);
  });
});
