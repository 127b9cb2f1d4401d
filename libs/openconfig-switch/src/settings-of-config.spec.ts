import { checkConfig, type LeafValue } from '@weir/gnmi';
import {
  defaultSettings,
  demoStage,
  leafSpine,
  withChanges,
  type QueueSetting,
  type SwitchSettings,
} from '@weir/sim';
import { initialConfig } from './initial-config';
import { bufferQueuePath, nextHopPath, queuePath } from './paths';
import { settingsOf, type Platform } from './settings-of-config';
import { SwitchImage } from './switch-image';

const PLATFORM: Platform = { sharedBufferBytes: 16e6, lossless: () => false };
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
      const back = settingsOf(config, PLATFORM);
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
    const on = settingsOf(config, PLATFORM);
    expect(on.queues.get('eth1')?.get('train')?.ecn).toEqual({
      minThresholdBytes: 100_000,
      maxThresholdBytes: 2 ** 64,
      maxProbability: 0.2,
    });
    expect(on.queues.get('eth2')?.get('train')?.ecn).toBeNull();
    config.set(`${PROFILE}/wred/uniform/config/enable-ecn`, false);
    expect(settingsOf(config, PLATFORM).queues.get('eth1')?.get('train')?.ecn).toBeNull();
  });

  it('takes percent thresholds as shares of the shared buffer', () => {
    const config = base();
    config.set(`${PROFILE}/config/name`, 'mark');
    config.set(`${PROFILE}/wred/uniform/config/min-threshold-percent`, '25');
    config.set(`${PROFILE}/wred/uniform/config/enable-ecn`, true);
    config.set(`${queuePath('eth1', 'rt')}/config/queue-management-profile`, 'mark');
    const queue = settingsOf(config, PLATFORM).queues.get('eth1')?.get('rt');
    expect(queue?.ecn).toMatchObject({ minThresholdBytes: 4e6, maxThresholdBytes: 4e6 });
  });

  it('knows static limits, and queues without a share', () => {
    const config = base();
    const at = `${bufferQueuePath('default', 'rt')}/config`;
    config.set(`${at}/shared-buffer-limit-type`, 'STATIC');
    config.set(`${at}/static-shared-buffer-limit`, 500_000);
    config.set(`${at}/dedicated-buffer`, '4096');
    const rt = () => settingsOf(config, PLATFORM).queues.get('eth1')?.get('rt');
    expect(rt()).toEqual({
      dedicatedBytes: 4096,
      limit: { kind: 'static', bytes: 500_000 },
      ecn: null,
    });
    config.set(`${at}/use-shared-buffer`, false);
    expect(rt()?.limit).toEqual({ kind: 'static', bytes: 0 });
  });

  it('takes marking, scheduling and PFC through configuration and platform and back', () => {
    const plain = defaultSettings(spec, 'leaf1', {});
    const train: QueueSetting = {
      dedicatedBytes: 9_000,
      limit: { kind: 'static', bytes: 750_000 },
      ecn: { minThresholdBytes: 1e5, maxThresholdBytes: 4e5, maxProbability: 0.1 },
      lossless: true,
      scheduling: { strict: false, weight: 80 },
    };
    const rt: QueueSetting = {
      dedicatedBytes: 0,
      limit: { kind: 'dynamic', scalingFactor: -1 },
      ecn: null,
      scheduling: { strict: true, weight: 0 },
    };
    const queues = new Map(plain.queues);
    queues.set('eth1', new Map([...(queues.get('eth1') ?? []), ['train', train], ['rt', rt]]));
    queues.set(
      'eth2',
      new Map([...(queues.get('eth2') ?? []), ['train', { ...train, ecn: null }]]),
    );
    const settings = { ...plain, queues };
    const image = new SwitchImage(spec, 'leaf1', settings);
    expect(checkConfig(image.leaves)).toBeNull();
    expect(image.settings.queues).toEqual(queues);
    expect([...image.settings.routes]).toEqual(remote('leaf1', settings, spec));
  });

  it('numbers next hops by interface, and by its whole name where numbers repeat', () => {
    const plain = defaultSettings(spec, 'leaf1', {});
    const hops = ['eth1', 'swp1', 'eth2'].map((name) => ({ interface: name, weight: 1 }));
    const routes = new Map([['10.2.1.0/24', hops]]);
    const config = initialConfig(spec, 'leaf1', { ...plain, routes });
    expect(config.get(`${nextHopPath('10.2.1.0/24', 'swp1')}/config/index`)).toBe('swp1');
    expect(settingsOf(config, PLATFORM).routes).toEqual(routes);
  });

  it('leaves a next hop out that has no interface', () => {
    const config = base();
    config.delete(`${nextHopPath('10.2.1.0/24', '1')}/interface-ref/config/interface`);
    const hops = settingsOf(config, PLATFORM).routes.get('10.2.1.0/24');
    expect(hops?.map((hop) => hop.interface)).toEqual(['eth2']);
  });
});
