import { ok, refuse, type Result } from '@weir/core/base';
import type { ConfigImage } from '@weir/core/model';
import {
  ANNOUNCEMENTS,
  isOwnIdentifier,
  parseAnnouncement,
  pathKeyOf,
  prefixProblem,
} from '../announcement';
import {
  parseCandidatePath,
  policyKeyOf,
  policyProblem,
  SR_POLICIES,
  type PolicyKey,
} from '../sr-policy';

/**
 * Every announcement of an image can be sent as it stands. Leaves of the speaker itself are not
 * written, so they are not looked at.
 */
export function checkSchema(after: ConfigImage): Result<void> {
  for (const [path, value] of after) {
    if (!path.startsWith(ANNOUNCEMENTS) && !path.startsWith(SR_POLICIES)) continue;
    const checked = checkLeaf(path, String(value));
    if (!checked.ok) return checked;
  }
  return ok(undefined);
}

/** One announcement: the prefix or policy, whose path it is, and all of its attributes. */
export function checkLeaf(path: string, text: string): Result<void> {
  const policy = policyKeyOf(path);
  if (policy !== null) return checkPolicy(path, policy, text);
  const key = pathKeyOf(path);
  if (key === null) return refuse('schema-invalid', path, 'There is no such leaf to write.');
  const problem = prefixProblem(key.prefix);
  if (problem !== null) return refuse('schema-invalid', path, `${key.prefix}: ${problem}.`);
  if (!isOwnIdentifier(key.identifier))
    return refuse('schema-invalid', path, `Identifier ${key.identifier} is not one of Weir's.`);
  const parsed = parseAnnouncement(path, key.prefix, text);
  return parsed.ok ? ok(undefined) : parsed;
}

function checkPolicy(path: string, policy: PolicyKey, text: string): Result<void> {
  const problem = policyProblem(policy);
  if (problem !== null) return refuse('schema-invalid', path, `${problem}.`);
  const parsed = parseCandidatePath(path, text);
  return parsed.ok ? ok(undefined) : parsed;
}
