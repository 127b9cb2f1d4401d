import { createHash } from 'node:crypto';
import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { GobgpProfile } from '@weir/adapter-gobgp';
import { compilePolicy } from '@weir/adapter-policy-cel';
import type { Result } from '@weir/core/base';
import type { DeviceProfile } from '@weir/core/ports';
import { intentKinds } from '@weir/intents';
import type { Program } from '@weir/runtime';

/** What the daemon and the command line bring to a replay. */
export const program: Program = {
  profiles: new Map<string, DeviceProfile>([
    ['openconfig', new OpenConfigProfile()],
    ['gobgp', new GobgpProfile()],
  ]),
  intentKinds,
  digest: (text) => createHash('sha256').update(text).digest('hex'),
  compilePolicy,
};

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value;
}
