import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { GobgpProfile } from '@weir/adapter-gobgp';
import { loadTopology } from '@weir/adapter-inventory-file';
import { compilePolicy, defaultPolicyText, runExamples } from '@weir/adapter-policy-cel';
import { refuse, type Result } from '@weir/core/base';
import type { DeviceProfile } from '@weir/core/ports';
import { intentKinds } from '@weir/intents';
import type { Catalog, LoadedPolicy } from './adapters';

const profiles: readonly DeviceProfile[] = [new OpenConfigProfile(), new GobgpProfile()];

/** The profiles, intent kinds and file readers of this build. */
export const catalog: Catalog = {
  profiles: new Map(profiles.map((profile) => [profile.name, profile])),
  intentKinds,
  defaultPolicyText,
  readTopology: (text) => loadTopology(text),
  readPolicy,
};

function readPolicy(text: string): Result<LoadedPolicy> {
  const policy = compilePolicy(text);
  if (!policy.ok) return policy;
  const failed = runExamples(policy.value).find((outcome) => !outcome.passed);
  if (failed === undefined) return policy;
  const { name, where, expected, actual } = failed;
  const reason = `example "${name}" expects ${expected ?? 'no rule'}, the policy decides ${actual ?? 'no rule'}`;
  return refuse('policy-example-failed', where, reason);
}
