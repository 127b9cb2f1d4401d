import { createHash } from 'node:crypto';
import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { GobgpProfile } from '@weir/adapter-gobgp';
import { compilePolicy, type CompiledPolicy } from '@weir/adapter-policy-cel';
import type { Result } from '@weir/core/base';
import { intentKinds } from '@weir/intents';
import type { Program } from '@weir/runtime';
import { CliError } from '../cli-error';
import type { Io } from '../io';
import { readText } from '../offline/documents';

const profiles = [new OpenConfigProfile(), new GobgpProfile()];

/** What this build of Weir brings to a replay. */
export const program: Program = {
  profiles: new Map(profiles.map((profile) => [profile.name, profile])),
  intentKinds,
  digest: (text) => createHash('sha256').update(text).digest('hex'),
  compilePolicy,
};

export function policyOf(file: string, io: Io): CompiledPolicy {
  return unwrap(file, compilePolicy(readText(file, io)));
}

export function unwrap<T>(file: string, result: Result<T>): T {
  if (result.ok) return result.value;
  const { code, reason, where } = result.error;
  throw new CliError({ code, reason, where: `${file}: ${where}` });
}
