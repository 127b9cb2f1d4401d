import type { ServerDuplexStream } from '@grpc/grpc-js';
import { gnmi } from '@weir/proto-gen';
import { invalidArgument } from '@weir/gnmi';
import { Outbox } from './outbox';
import { planSubscription, type SubscribeLimits } from './request';
import { type SessionDeps, SubscribeSession } from './stream-session';

const { SubscriptionList_Mode: Mode } = gnmi;

/** Messages are encoded already when they are written. */
export type SubscribeCall = ServerDuplexStream<gnmi.SubscribeRequest, Buffer>;

/**
 * Serves one Subscribe call (specification 3.5): the first message is the subscription, in POLL
 * mode further ones ask for rounds. Requests are worked off in order.
 */
export function serveSubscribe(
  call: SubscribeCall,
  limits: SubscribeLimits,
  deps: SessionDeps,
  fail: (error: unknown) => void,
): void {
  let session: SubscribeSession | null = null;
  let mode: gnmi.SubscriptionList_Mode | null = null;
  let turn: Promise<void> = Promise.resolve();
  // The call may have been cancelled while it waited to be admitted.
  let closed = call.cancelled;

  const accept = async (request: gnmi.SubscribeRequest): Promise<void> => {
    if (closed) return;
    const held = request.request;
    if (held === undefined) throw invalidArgument('a SubscribeRequest without a request');
    if (session === null) {
      if (held.$case !== 'subscribe') throw invalidArgument('poll before the subscription');
      const plan = planSubscription(held.value, limits);
      mode = plan.mode;
      session = new SubscribeSession(plan, new Outbox(call), deps);
      if (mode === Mode.STREAM) return session.stream();
      if (mode === Mode.POLL) return session.snapshot(plan.updatesOnly);
      await session.snapshot(plan.updatesOnly);
      call.end();
      return;
    }
    if (held.$case !== 'poll') throw invalidArgument('a stream carries one subscription');
    if (mode !== Mode.POLL) throw invalidArgument('poll on a subscription of another mode');
    await session.snapshot(false);
  };

  call.on('data', (request: gnmi.SubscribeRequest) => {
    turn = turn.then(() => accept(request)).catch(fail);
  });
  // A client that closes its half has nothing more to ask: STREAM goes on, POLL is over.
  call.on('end', () => {
    void turn.then(() => {
      if (mode !== Mode.STREAM) call.end();
    });
  });
  const close = (): void => {
    closed = true;
    session?.close();
  };
  call.on('cancelled', close);
  call.on('close', close);
  call.on('finish', close);
  call.on('error', close);
}
