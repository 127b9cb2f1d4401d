import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LinkState } from '../kernel/ip-json';
import { PortSpeeds, speedName } from './port-speeds';

const link = (name: string, operState = 'UP', ifindex = 2): LinkState =>
  ({ name, ifindex, operState }) as LinkState;

describe('speeds of ports', () => {
  it.each([
    [10_000_000n, 'SPEED_10MB'],
    [2_500_000_000n, 'SPEED_2500MB'],
    [400_000_000_000n, 'SPEED_400GB'],
    [50_000_000n, 'SPEED_UNKNOWN'],
    [1_500_000n, 'SPEED_UNKNOWN'],
  ])('%s bit/s is %s', (bps, name) => {
    expect(speedName(bps)).toBe(name);
  });

  it('reads what the driver says, again when the link changes its state', () => {
    const directory = mkdtempSync(join(tmpdir(), 'weir-speeds-'));
    const say = (text: string): void => writeFileSync(join(directory, 'eth0/speed'), text);
    mkdirSync(join(directory, 'eth0'));
    const speeds = new PortSpeeds(null, directory);
    expect(speeds.of(link('none'))).toBeNull();
    say('-1\n');
    expect(speeds.of(link('eth0', 'DOWN'))).toBeNull();
    say('10000\n');
    expect(speeds.of(link('eth0', 'DOWN'))).toBeNull();
    expect(speeds.of(link('eth0'))).toBe(10_000_000_000n);
    expect(new PortSpeeds('leaf1', directory).of(link('eth0'))).toBeNull();
    rmSync(directory, { recursive: true });
  });
});
