import { checkConfig, type LeafValue } from '@weir/gnmi';
import { defaultSettings, demoStage, leafSpine, withChanges, type SwitchSettings } from '@weir/sim';
import { initialConfig } from './initial-config';
import { bufferQueuePath, nextHopPath, queuePath } from './paths';
import { settingsOf } from './settings-of-config';

const SHARED_BYTES = 16e6;
const spec = leafSpine({ leaves: 3, spines: 2, hostPortsPerLeaf: 2 });
const base = (): Map<string, LeafValue> =>
  initialConfig(spec, 'leaf1', defaultSettings(spec, 'leaf1', {}));
const PROFILE = '/qos/queue-management-profiles/queue-management-profile[name=mark]';

/** Routes to other switches; those to hosts of its own are connected and stand in no configuration. */
function remote(device: string, settings: SwitchSettings, of: typeof spec) {
  const own = new Set(
    of.endpoints
      .filter((endpoint) => endpoint.attachedTo.startsWith(`${device}:`))
      .map((endpoint) => endpoint.prefix),
  );
  return [...settings.routes].filter(([prefix]) => !own.has(prefix));
}

describe('configuration and data plane', () => {
  it('every switch of the demonstration boots with what its scenarios want', () => {
    const { spec: stage, scenarios } = demoStage();
    const changes = scenarios.flatMap((scenario) => scenario.settings);
    for (const { name } of stage.switches) {
      const settings = withChanges(name, defaultSettings(stage, name, {}), changes);
      const config = initialConfig(stage, name, settings);
      expect(checkConfig(config)).toBeNull();
      const back = settingsOf(config, SHARED_BYTES);
      expect([...back.routes]).toEqual(remote(name, settings, stage));
      expect(back.queues).toEqual(settings.queues);
    }
  });

  it('marks only where a profile with enable-ecn is bound', () => {
    const config = base();
    config.set(`${PROFILE}/config/name`, 'mark');
    config.set(`${PROFILE}/wred/uniform/config/min-threshold`, '100000');
    config.set(`${PROFILE}/wred/uniform/config/max-threshold`, '18446744073709551615');
    config.set(`${PROFILE}/wred/uniform/config/max-drop-probability-percent`, 20);
    config.set(`${PROFILE}/wred/uniform/config/enable-ecn`, true);
    config.set(`${queuePath('eth1', 'train')}/config/queue-management-profile`, 'mark');
    const on = settingsOf(config, SHARED_BYTES);
    expect(on.queues.get('eth1')?.get('train')?.ecn).toEqual({
      minThresholdBytes: 100_000,
      maxThresholdBytes: 2 ** 64,
      maxProbability: 0.2,
    });
    expect(on.queues.get('eth2')?.get('train')?.ecn).toBeNull();
    config.set(`${PROFILE}/wred/uniform/config/enable-ecn`, false);
    expect(settingsOf(config, SHARED_BYTES).queues.get('eth1')?.get('train')?.ecn).toBeNull();
  });

  it('takes percent thresholds as shares of the shared buffer', () => {
    const config = base();
    config.set(`${PROFILE}/config/name`, 'mark');
    config.set(`${PROFILE}/wred/uniform/config/min-threshold-percent`, '25');
    config.set(`${PROFILE}/wred/uniform/config/enable-ecn`, true);
    config.set(`${queuePath('eth1', 'rt')}/config/queue-management-profile`, 'mark');
    const queue = settingsOf(config, SHARED_BYTES).queues.get('eth1')?.get('rt');
    expect(queue?.ecn).toMatchObject({ minThresholdBytes: 4e6, maxThresholdBytes: 4e6 });
  });

  it('knows static limits, and queues without a share', () => {
    const config = base();
    const at = `${bufferQueuePath('default', 'rt')}/config`;
    config.set(`${at}/shared-buffer-limit-type`, 'STATIC');
    config.set(`${at}/static-shared-buffer-limit`, 500_000);
    config.set(`${at}/dedicated-buffer`, '4096');
    const rt = () => settingsOf(config, SHARED_BYTES).queues.get('eth1')?.get('rt');
    expect(rt()).toEqual({
      dedicatedBytes: 4096,
      limit: { kind: 'static', bytes: 500_000 },
      ecn: null,
    });
    config.set(`${at}/use-shared-buffer`, false);
    expect(rt()?.limit).toEqual({ kind: 'static', bytes: 0 });
  });

  it('leaves a next hop out that has no interface', () => {
    const config = base();
    config.delete(`${nextHopPath('10.2.1.0/24', '1')}/interface-ref/config/interface`);
    const hops = settingsOf(config, SHARED_BYTES).routes.get('10.2.1.0/24');
    expect(hops?.map((hop) => hop.interface)).toEqual(['eth2']);
  });
});
