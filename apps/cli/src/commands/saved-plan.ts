import { writeFileSync } from 'node:fs';
import { API_VERSION, type ChangeView, type SavedPlan } from '@weir/contracts';
import { CliError } from '../cli-error';
import { PLAIN } from '../output/style';
import { planText } from '../views/plan-text';
import type { ChangeRequest, RequestDocument } from './requests';

/**
 * The one change whose plan can be saved. A plan is bound by its hash, and an intent has none of
 * its own: what it causes is planned again whenever the network has changed.
 */
export function savable(requests: readonly RequestDocument[]): ChangeRequest {
  const [request, ...others] = requests;
  if (request?.type === 'change' && others.length === 0) return request;
  throw new CliError({
    code: 'request-invalid',
    reason: 'the plan of exactly one change (kind: Change) is saved',
    where: '--out',
    hint: 'intents are applied as they are: `weir apply -f FILE`',
  });
}

/** Writes what `weir apply` takes; a plan that would be refused is not worth keeping. */
export function savePlan(file: string, request: ChangeRequest, change: ChangeView): void {
  const { plan } = change;
  if (change.state === 'rejected')
    throw new CliError({
      code: plan.checks.find((check) => !check.passed)?.code ?? 'state-forbids',
      reason: `the plan would be refused, so it was not saved: ${change.reason}`,
      where: '--out',
    });
  const { action, objectiveId } = request.body;
  const saved: SavedPlan = {
    apiVersion: API_VERSION,
    kind: 'SavedPlan',
    formatVersion: 1,
    spec: { action, objectiveId, planHash: plan.hash },
    text: planText(plan, PLAIN).split('\n'),
  };
  try {
    writeFileSync(file, `${JSON.stringify(saved, null, 2)}\n`);
  } catch (error) {
    const { message } = error as Error;
    throw new CliError({ code: 'request-invalid', reason: message, where: '--out' });
  }
}
