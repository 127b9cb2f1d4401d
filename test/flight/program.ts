import { createHash } from 'node:crypto';
import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { compilePolicy } from '@weir/adapter-policy-cel';
import type { Result } from '@weir/core/base';
import { intentKinds } from '@weir/intents';
import type { Program } from '@weir/runtime';

/** What the daemon and the command line bring to a replay. */
export const program: Program = {
  profiles: new Map([['openconfig', new OpenConfigProfile()]]),
  intentKinds,
  digest: (text) => createHash('sha256').update(text).digest('hex'),
  compilePolicy,
};

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value;
}
