import type { SetAnswer } from '@weir/core/ports';
import { GrpcStatus } from '@weir/gnmi';
import type { gnmi } from '@weir/proto-gen';
import { errorText, type RpcResult } from '../client';

/**
 * Codes after which nobody can say whether the Set was applied: the answer is missing, or comes
 * from something between us and the target's transaction. UNKNOWN is among them because targets
 * answer it after half-applied patches (sonic-gnmi issue 238).
 */
const UNCERTAIN: ReadonlySet<number> = new Set([
  GrpcStatus.CANCELLED,
  GrpcStatus.UNKNOWN,
  GrpcStatus.DEADLINE_EXCEEDED,
  GrpcStatus.INTERNAL,
  GrpcStatus.UNAVAILABLE,
  GrpcStatus.DATA_LOSS,
]);

export function setAnswer(result: RpcResult<gnmi.SetResponse>): SetAnswer {
  if (result.ok) return { kind: 'ok' };
  const { code } = result.error;
  const message = errorText(result.error);
  // This one is raised on our side, when the answer is too large: the Set has been worked on.
  const answerLost =
    code === GrpcStatus.RESOURCE_EXHAUSTED && /^Received message/.test(result.error.details);
  if (UNCERTAIN.has(code) || answerLost) return { kind: 'unknown', message };
  return { kind: 'refused', grpcCode: code, message };
}
