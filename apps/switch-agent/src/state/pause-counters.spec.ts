import { linkPauses, PauseCounters, priorityPauses } from './pause-counters';

const LINK = `Pause parameters for eth1:
Autonegotiate:	off
RX:		on
TX:		on
Statistics:
  tx_pause_frames: 4
  rx_pause_frames: 18446744073709551615
`;
const MLXSW = `NIC statistics:
     rx_octets_prio_0: 319786790393748
     rx_pause_prio_0: 1
     rx_pause_duration_prio_0: 900
     tx_pause_prio_0: 0
     tx_pause_duration_prio_0: 0
     rx_pause_prio_3: 20
     tx_pause_prio_3: 300
`;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('pause frames that drivers count', () => {
  it.each([
    ['of 802.3x', linkPauses(LINK), [2n ** 64n - 1n, 4n]],
    ['of mlxsw by priority, without the times', priorityPauses(MLXSW), [21n, 300n]],
    ['of mlx5', priorityPauses('  rx_prio3_pause: 142\n  tx_prio3_pause: 87\n'), [142n, 87n]],
    [
      'of ice, with those that end a pause',
      priorityPauses(
        'rx_priority_3_xon.nic: 1\nrx_priority_3_xoff.nic: 2\nrx_priority_3_xon_2_xoff: 9\n' +
          'tx_priority_7_xon.nic: 3\ntx_priority_7_xoff.nic: 4\n',
      ),
      [3n, 7n],
    ],
    ['of bnxt', priorityPauses('rx_pfc_ena_frames_pri5: 5\ntx_pfc_ena_frames_pri5: 6'), [5n, 6n]],
  ] as const)('%s', (_, found, [received, sent]) => {
    expect(found).toEqual({ in: received, out: sent });
  });

  it('are absent and not zero where there are none', () => {
    expect(linkPauses('Pause parameters for eth1:\nRX: off\nTX: off\n')).toBeNull();
    expect(priorityPauses('NIC statistics:\n     peer_ifindex: 5\n')).toBeNull();
  });
});

describe('PauseCounters', () => {
  const ports = [
    { name: 'eth1', ifindex: 1 },
    { name: 'veth0', ifindex: 2 },
  ];
  function setUp(answer: (args: readonly string[]) => string | null) {
    const asked: string[] = [];
    const counters = new PauseCounters('blue', quiet, (program, args) => {
      asked.push([program, ...args].join(' '));
      const stdout = answer(args);
      return Promise.resolve({
        exitCode: stdout === null ? 94 : 0,
        stdout: stdout ?? '',
        stderr: '',
      });
    });
    return { counters, asked };
  }

  it('adds up both kinds, and asks each port only what it answers to', async () => {
    const { counters, asked } = setUp((args) => {
      if (args.at(-1) !== 'eth1') return null;
      return args.includes('--statistics') ? MLXSW : 'RX: off\n';
    });
    await counters.refresh(ports);
    expect(counters.of('eth1')).toEqual({ in: 21n, out: 300n });
    expect(counters.of('veth0')).toBeNull();
    expect(asked).toHaveLength(4);
    expect(asked[0]).toBe('ip netns exec blue ethtool --include-statistics --show-pause eth1');
    await counters.refresh(ports);
    expect(asked.slice(4)).toEqual(['ip netns exec blue ethtool --statistics eth1']);
    await counters.refresh([{ name: 'eth1', ifindex: 9 }]);
    expect(asked).toHaveLength(7);
    await counters.refresh([]);
    expect(counters.of('eth1')).toBeNull();
  });

  it('does without where there is no ethtool', async () => {
    let runs = 0;
    const counters = new PauseCounters(null, quiet, () => {
      runs++;
      return Promise.reject(new Error('spawn ethtool ENOENT'));
    });
    await counters.refresh(ports);
    await counters.refresh(ports);
    expect([runs, counters.of('eth1')]).toEqual([1, null]);
  });
});
