import { refuse, type Result } from '@weir/core/base';
import type { ConfigImage, LeafDiff, SrPolicy } from '@weir/core/model';
import type { DeviceProfile, StaticRoute } from '@weir/core/ports';
import { ANNOUNCEMENTS, OTHERS, prefixPath, pathKeyOf, SPEAKER } from '../announcement';
import { renderRoute } from './render-route';
import { routesOf } from './routes';
import { policyKeyOf, policyPath, renderSrPolicy, SR_POLICIES } from '../sr-policy';
import { checkSchema } from './schema';

/**
 * Routers that are steered by what a GoBGP speaker announces to them: weights are link bandwidths
 * of paths of one prefix, told apart by their additional-path identifier. Pure. Queues are no
 * business of BGP.
 */
export class GobgpProfile implements DeviceProfile {
  readonly name = 'gobgp';
  readonly managedPaths = [ANNOUNCEMENTS, SR_POLICIES, SPEAKER, OTHERS];
  /** A router without an announcement goes by what its other neighbours tell it. */
  readonly overlay = true;

  routes(image: ConfigImage): readonly StaticRoute[] {
    return routesOf(image);
  }

  queue(): null {
    return null;
  }

  renderRoute(
    image: ConfigImage,
    prefix: string,
    weightsByInterface: Readonly<Record<string, number>>,
  ): Result<readonly LeafDiff[]> {
    return renderRoute(image, prefix, weightsByInterface);
  }

  renderSrPolicy(image: ConfigImage, policy: SrPolicy): Result<readonly LeafDiff[]> {
    return renderSrPolicy(image, policy);
  }

  renderBuffer(): Result<readonly LeafDiff[]> {
    return noQueues('a buffer limit');
  }

  renderEcn(): Result<readonly LeafDiff[]> {
    return noQueues('marking thresholds');
  }

  renderScheduler(): Result<readonly LeafDiff[]> {
    return noQueues('a scheduler weight');
  }

  /** All paths of a prefix are one route; a policy is one thing as it is. */
  resourceOf(path: string): string {
    const policy = policyKeyOf(path);
    if (policy !== null) return policyPath(policy.color, policy.endpoint);
    const key = pathKeyOf(path);
    return key === null ? path : prefixPath(key.prefix);
  }

  checkSchema(after: ConfigImage): Result<void> {
    return checkSchema(after);
  }
}

const noQueues = (what: string) =>
  refuse('capability-missing', SPEAKER, `BGP cannot tell a router ${what}; only routes.`);
