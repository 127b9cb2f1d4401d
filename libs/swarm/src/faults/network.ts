import type { Random } from '@weir/core/base';
import type { DeviceId } from '@weir/core/model';
import type { DeviceCall, Interference } from '../plant/network';
import type { Plant } from '../plant/plant';
import { OPERATION_TIMEOUT_MS } from '../plant/timing';
import type { FaultOption } from './fault-option';
import { during, oneOf, windows } from './windows';

type Option = FaultOption<Plant>;

const WRITES: readonly DeviceCall[] = ['set', 'confirm', 'cancel'];
const SOME = { least: 1, most: 4 };
const LENGTHS = { leastMs: 3_000, mostMs: 20_000 };

/** An option that does something to some of the messages of some devices, some of the time. */
function interfering(
  name: string,
  rows: readonly number[],
  description: string,
  make: (random: Random) => Interference,
): Option {
  return {
    name,
    rows,
    description,
    arm(plant, random, safetyMs) {
      for (const window of windows(random, safetyMs, SOME, LENGTHS)) {
        const device = random.next() < 0.5 ? null : oneOf(random, plant.deviceIds);
        const effect = make(random.fork(`${window.fromMs}`));
        during(plant, window, () =>
          plant.network.interfere((message) => {
            if (device !== null && message.device !== device) return null;
            const hit = effect(message);
            if (hit !== null)
              plant.fired(name, `${message.device} ${message.call} ${message.direction}`);
            return hit;
          }),
        );
      }
    },
  };
}

const dropRequest = interfering(
  'drop-request',
  [15],
  'Requests to switches are lost on their way.',
  (random) =>
    ({ direction }) =>
      direction === 'request' && random.next() < 0.3 ? { lost: true } : null,
);

const dropAnswer = interfering(
  'drop-answer',
  [15],
  'Switches do what they are asked to, and the answer is lost.',
  (random) =>
    ({ direction, call }) =>
      direction === 'answer' && WRITES.includes(call) && random.next() < 0.5
        ? { lost: true }
        : null,
);

const delay = interfering(
  'delay',
  [15],
  'Messages take long, also longer than the deadline of their call.',
  (random) => () =>
    random.next() < 0.3 ? { delayMs: random.below(1.8 * OPERATION_TIMEOUT_MS) } : null,
);

const duplicate = interfering(
  'duplicate',
  [16],
  'Requests arrive twice.',
  (random) =>
    ({ direction }) =>
      direction === 'request' && random.next() < 0.3 ? { copies: 2 } : null,
);

const partition: Option = {
  name: 'partition',
  rows: [27],
  description: 'One switch, some, or most cannot be reached for a while.',
  arm(plant, random, safetyMs) {
    const lengths = { leastMs: 1_000, mostMs: 25_000 };
    for (const window of windows(random, safetyMs, SOME, lengths)) {
      const most = random.next() < 0.3 ? plant.deviceIds.length : 2;
      const devices = some(random, plant.deviceIds, 1 + random.below(most));
      during(plant, window, () => {
        plant.fired(this.name, devices.join(' '));
        const ends = devices.map((device) => plant.network.cut(device));
        return () => {
          ends.forEach((end) => {
            end();
          });
          plant.over(this.name, devices.join(' '));
        };
      });
    }
  },
};

export function some(
  random: Random,
  devices: readonly DeviceId[],
  count: number,
): readonly DeviceId[] {
  const left = [...devices];
  const chosen: DeviceId[] = [];
  while (chosen.length < count && left.length > 0)
    chosen.push(...left.splice(random.below(left.length), 1));
  return chosen;
}

export const NETWORK_FAULTS: readonly Option[] = [
  dropRequest,
  dropAnswer,
  delay,
  duplicate,
  partition,
];
