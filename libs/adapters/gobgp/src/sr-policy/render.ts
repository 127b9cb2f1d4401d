import { parseIp } from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import type { ConfigImage, LeafDiff, SrPolicy } from '@weir/core/model';
import { SESSION, srPolicyPath } from '../announcement';
import { candidatePathPath, policyPath } from './candidate-path';
import { candidatePathProblem, candidatePathText, parseCandidatePath, policyProblem } from './text';

/**
 * Weir's candidate path of a policy as it shall be. What others announce for the same policy is
 * not looked at: the router takes the valid path of highest preference.
 */
export function renderSrPolicy(image: ConfigImage, policy: SrPolicy): Result<readonly LeafDiff[]> {
  const { color, endpoint, preference, segmentLists } = policy;
  const where = policyPath(color, endpoint);
  const path = candidatePathPath(policy);
  const before = image.get(path) ?? null;
  if (before !== null && !parseCandidatePath(path, String(before)).ok)
    return refuse(
      'capability-missing',
      where,
      `The candidate path with Weir's distinguisher holds what Weir does not write ("${before}"); withdraw it first.`,
    );
  if (segmentLists.length === 0) {
    // Withdrawing needs no session, and no agreement of others.
    if (before === null)
      return refuse('not-found', where, 'Weir announces no candidate path of this policy here.');
    return ok([{ path, before, after: null }]);
  }
  const problem = policyProblem(policy) ?? candidatePathProblem({ preference, segmentLists });
  if (problem !== null) return refuse('schema-invalid', where, `${problem}.`);
  const session = String(image.get(SESSION) ?? 'unknown');
  if (session !== 'established')
    return refuse(
      'device-unreachable',
      where,
      `The BGP session between speaker and router is ${session}: the router would not hear of it.`,
    );
  const family = parseIp(endpoint)?.family ?? 4;
  if (image.get(srPolicyPath(family)) !== true)
    return refuse(
      'capability-missing',
      where,
      `The session does not carry SR policies of IPv${family}: set bgp.srPolicies in the topology, and afi-safi ipv${family}-srpolicy for the neighbour of the speaker.`,
    );
  const after = candidatePathText({ preference, segmentLists });
  return ok(before === after ? [] : [{ path, before, after }]);
}
