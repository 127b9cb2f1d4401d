import { approveBodySchema, intentEnvelopeSchema, rejectBodySchema } from '@weir/contracts';
import { intentId, type Action, type Change, type Command } from '@weir/core/model';
import type { northbound } from '@weir/proto-gen';
import type { Principal } from '@weir/nest';
import type { CommandClient } from '../commands/command-client';
import type { Explainer } from '../read/explainer';
import type { JournalReader } from '../read/journal-reader';
import { intentView } from '../read/views';
import { badArgument, checked, GrpcRefusal, valueOf } from './grpc-error';
import { changeMessage, changeStateWord, intentMessage, plain, statusMessage } from './messages';
import { proposalOf } from './proposal';

const DEFAULT_PAGE = 50;
const MAX_PAGE = 500;

/** The calls of weir.v1.Northbound as plain functions; refusals are thrown as GrpcRefusal. */
export class NorthboundCalls {
  constructor(
    private readonly commands: CommandClient,
    private readonly reader: JournalReader,
    private readonly explainer: Explainer,
  ) {}

  async getStatus(): Promise<northbound.GetStatusResponse> {
    return statusMessage(valueOf(await this.commands.status()));
  }

  listChanges(request: northbound.ListChangesRequest): northbound.ListChangesResponse {
    const state = changeStateWord(request.state);
    const changes = [...this.reader.model.changes()]
      .reverse()
      .filter((change) => state === null || change.state === state);
    const page = pageOf(changes, (change) => change.id, request);
    return { changes: page.items.map(changeMessage), nextPageToken: page.next };
  }

  getChange(request: northbound.GetChangeRequest): northbound.GetChangeResponse {
    return { change: changeMessage(this.change(request.changeId)) };
  }

  async explain({ id }: northbound.ExplainRequest): Promise<northbound.ExplainResponse> {
    if (id === '') throw badArgument('id', 'is required');
    const told = await this.explainer.find(id);
    if (told !== null) return { explanation: plain(told) };
    const reason = `no change or incident is called ${id}`;
    throw new GrpcRefusal({ code: 'not-found', where: 'id', reason });
  }

  async listIntents(
    request: northbound.ListIntentsRequest,
  ): Promise<northbound.ListIntentsResponse> {
    const status = await this.commands.status();
    const intents = this.reader.model
      .intents()
      .filter((intent) => request.kind === '' || intent.kind === request.kind);
    const page = pageOf(intents, (one) => intentId(one.kind, one.metadata.name), request);
    const view = (intent: (typeof intents)[number]) =>
      intentMessage(intentView(intent, status.ok ? status.value : null));
    return { intents: page.items.map(view), nextPageToken: page.next };
  }

  async putIntent(
    request: northbound.PutIntentRequest,
    by: Principal,
  ): Promise<northbound.PutIntentResponse> {
    const resource = checked(intentEnvelopeSchema, request.resource ?? {});
    const { kind, metadata, priority, spec } = resource;
    const intent = { kind, name: metadata.name, labels: metadata.labels, priority, spec };
    const { dryRun } = request;
    const value = valueOf(
      await this.commands.send('intent', { verb: 'put-intent', intent, dryRun, by: by.name }),
    );
    const plans = value.plans.map(changeMessage);
    return { intent: intentMessage(intentView(value.intent, null)), plans, dryRun };
  }

  async deleteIntent(
    request: northbound.DeleteIntentRequest,
    by: Principal,
  ): Promise<northbound.DeleteIntentResponse> {
    const { kind, name, dryRun } = request;
    const id = intentId(kind, name);
    const command = { verb: 'delete-intent', id, dryRun, by: by.name } as const;
    const value = valueOf(await this.commands.send('intent', command));
    return { plans: value.plans.map(changeMessage), dryRun };
  }

  async propose(
    request: northbound.ProposeRequest,
    by: Principal,
  ): Promise<northbound.ProposeResponse> {
    const { action, objectiveId, planHash } = proposalOf(request);
    const { dryRun } = request;
    const command: Command = {
      verb: 'propose',
      // Names in an action are the engine's to know; the schema has checked everything else.
      action: action as unknown as Action,
      objectiveId,
      planHash,
      dryRun,
      by: by.name,
    };
    return { ...(await this.send(command)), dryRun };
  }

  async approve(
    request: northbound.ApproveRequest,
    by: Principal,
  ): Promise<northbound.ApproveResponse> {
    const id = required(request.changeId);
    const { planHash, reason } = checked(approveBodySchema, {
      planHash: request.planHash,
      reason: request.reason,
    });
    return this.send({ verb: 'approve', changeId: id, planHash, reason, by: by.name });
  }

  async reject(
    request: northbound.RejectRequest,
    by: Principal,
  ): Promise<northbound.RejectResponse> {
    const id = required(request.changeId);
    const { reason } = checked(rejectBodySchema, { reason: request.reason });
    return this.send({ verb: 'reject', changeId: id, reason, by: by.name });
  }

  async undo(request: northbound.UndoRequest, by: Principal): Promise<northbound.UndoResponse> {
    const id = required(request.changeId);
    const { dryRun } = request;
    return { ...(await this.send({ verb: 'undo', changeId: id, dryRun, by: by.name })), dryRun };
  }

  private async send(command: Command): Promise<{ change: northbound.Change }> {
    const { change } = valueOf(await this.commands.send('change', command));
    return { change: changeMessage(change) };
  }

  private change(id: string): Change {
    const change = this.reader.model.change(required(id));
    if (change !== undefined) return change;
    const reason = `no change is called ${id}`;
    throw new GrpcRefusal({ code: 'not-found', where: 'change_id', reason });
  }
}

function required(changeId: string): string {
  if (changeId !== '') return changeId;
  throw badArgument('change_id', 'is required');
}

/** The page token is the id of the last item of the page before. */
function pageOf<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  request: { readonly pageSize: number; readonly pageToken: string },
): { readonly items: readonly Item[]; readonly next: string } {
  const { pageSize, pageToken } = request;
  if (pageSize > MAX_PAGE) throw badArgument('page_size', `at most ${MAX_PAGE}`);
  const start = pageToken === '' ? 0 : items.findIndex((item) => idOf(item) === pageToken) + 1;
  if (pageToken !== '' && start === 0)
    throw badArgument('page_token', `${pageToken} is not in the list (any more)`);
  const page = items.slice(start, start + (pageSize || DEFAULT_PAGE));
  const last = page.at(-1);
  const more = last !== undefined && start + page.length < items.length;
  return { items: page, next: more ? idOf(last) : '' };
}
