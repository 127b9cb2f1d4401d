import { formatIssues, proposeBodySchema, type ProposeBody } from '@weir/contracts';
import type { northbound } from '@weir/proto-gen';
import { badArgument } from './grpc-error';

/** The request as the REST body says it, held to the same schema. Thrown refusals name the field. */
export function proposalOf(request: northbound.ProposeRequest): ProposeBody {
  const { action, objectiveId, planHash } = request;
  if (action === undefined)
    throw badArgument('action', 'one of reroute, buffer, ecn, scheduler, sr_policy');
  const parsed = proposeBodySchema.safeParse({
    action: actionOf(action),
    objectiveId: objectiveId === '' ? null : objectiveId,
    planHash: planHash === '' ? null : planHash,
  });
  if (parsed.success) return parsed.data;
  const [issue] = formatIssues(parsed.error);
  throw badArgument(fieldOf(issue?.path ?? '', action.$case), issue?.message ?? 'invalid');
}

type ActionMessage = NonNullable<northbound.ProposeRequest['action']>;

function actionOf(action: ActionMessage): unknown {
  switch (action.$case) {
    case 'reroute':
      return { type: 'reroute', routes: action.value.routes };
    case 'buffer':
      return { type: 'buffer', settings: action.value.settings };
    case 'scheduler':
      return { type: 'scheduler', settings: action.value.settings };
    case 'srPolicy': {
      const policies = action.value.policies.map(({ segmentLists, ...policy }) => ({
        ...policy,
        segmentLists: segmentLists.map(({ weight, segments }) => ({
          weight,
          segments: segments.map((one) => (/^\d+$/.test(one) ? Number(one) : one)),
        })),
      }));
      return { type: 'sr-policy', policies };
    }
    case 'ecn': {
      // What a number cannot hold is no safe integer and is refused by the schema.
      const settings = action.value.settings.map((setting) => ({
        ...setting,
        minThresholdBytes: Number(setting.minThresholdBytes),
        maxThresholdBytes: Number(setting.maxThresholdBytes),
      }));
      return { type: 'ecn', settings };
    }
  }
}

/** `action.routes[0].prefix` of the body is `reroute.routes[0].prefix` of the message. */
const fieldOf = (path: string, actionCase: string): string =>
  path
    .replace(/^action\b/, actionCase)
    .replace(/(^|\.)([a-z]\w*)/g, (_, dot: string, name: string) => dot + snakeCase(name));

const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
