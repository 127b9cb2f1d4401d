import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import { GrpcStatus } from '@weir/gnmi';
import { errorText, type GnmiClient, type RpcResult } from '../client';
import { bareSet, commitCancel, commitConfirm, commitRequest } from './commit-extension';
import { setAnswer } from './set-answer';
import { setRequest } from './set-request';

/** Deleting what does not exist is a no-op everywhere (specification 3.4.6). */
const NO_SUCH_LEAF = {
  path: '/qos/queue-management-profiles/queue-management-profile[name=weir-probe]/config/name',
  before: 'weir-probe',
  after: null,
};
/** Should we die during the probe, the target forgets it after this time. */
const PROBE_ROLLBACK_MS = 10_000;

/**
 * Whether a target implements commit-confirmed, found by what it does: targets that lack it drop
 * the extension without an error, and Capabilities does not tell. A commit of nothing is started
 * and confirmed under a wrong id; a target that knows the extension answers INVALID_ARGUMENT. A
 * target may also answer that because it dislikes empty Sets, so the probe's commit must then be
 * there to be cancelled.
 */
export async function probeCommitConfirmed(
  client: GnmiClient,
  device: string,
  probeId: string,
  timeoutMs: number,
): Promise<Result<boolean>> {
  const noop = setRequest([NO_SUCH_LEAF], [commitRequest(probeId, PROBE_ROLLBACK_MS)]);
  const started = await client.set(noop, timeoutMs);
  if (!started.ok) return notStarted(device, started);
  const confirmed = await client.set(bareSet(commitConfirm(`${probeId}-wrong`)), timeoutMs);
  const cancelled = await client.set(bareSet(commitCancel(probeId)), timeoutMs);
  for (const step of [confirmed, cancelled])
    if (setAnswer(step).kind === 'unknown') return unreachable(device, step);
  const rejectsWrongId = !confirmed.ok && confirmed.error.code === GrpcStatus.INVALID_ARGUMENT;
  return ok(rejectsWrongId && cancelled.ok);
}

function notStarted(device: string, started: RpcResult<unknown>): Result<boolean> {
  if (started.ok) return ok(false);
  switch (started.error.code) {
    case GrpcStatus.FAILED_PRECONDITION:
      return refuse('device-busy', device, 'Another commit is waiting for its confirmation.');
    case GrpcStatus.UNAUTHENTICATED:
    case GrpcStatus.PERMISSION_DENIED:
      return refuse('device-rejected', device, `${errorText(started.error)}.`);
    case GrpcStatus.UNIMPLEMENTED:
    case GrpcStatus.INVALID_ARGUMENT:
    case GrpcStatus.NOT_FOUND:
      return ok(false);
    default:
      return unreachable(device, started);
  }
}

const unreachable = (device: string, step: RpcResult<unknown>): Result<boolean> =>
  refuse(
    'device-unreachable',
    device,
    `The probe for commit-confirmed got no answer: ${step.ok ? '' : errorText(step.error)}.`,
  );
