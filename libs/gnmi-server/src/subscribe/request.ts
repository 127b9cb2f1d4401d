import { gnmi } from '@weir/proto-gen';
import { invalidArgument, PathPattern, resolvePath, type ValueEncoding } from '@weir/gnmi';
import { checkEncoding, checkModels, checkOrigin, checkTarget } from '../request';

const { SubscriptionList_Mode: Mode, SubscriptionMode } = gnmi;
const MODES = [
  SubscriptionMode.TARGET_DEFINED,
  SubscriptionMode.ON_CHANGE,
  SubscriptionMode.SAMPLE,
];

const MAX_SUBSCRIPTIONS = 1024;

export interface SubscriptionItem {
  readonly pattern: PathPattern;
  readonly mode: gnmi.SubscriptionMode;
  readonly intervalMs: number;
  readonly suppressRedundant: boolean;
  /** 0: none. */
  readonly heartbeatMs: number;
}

/** A checked SubscriptionList. */
export interface SubscribePlan {
  readonly mode: gnmi.SubscriptionList_Mode;
  readonly encoding: ValueEncoding;
  readonly updatesOnly: boolean;
  readonly origin: string;
  readonly target: string;
  readonly items: readonly SubscriptionItem[];
}

/** What the target can do, for the checks. */
export interface SubscribeLimits {
  readonly minSampleMs: number;
  readonly models: readonly gnmi.ModelData[];
  readonly name: string;
}

/** @throws GnmiError INVALID_ARGUMENT or UNIMPLEMENTED, which end the stream */
export function planSubscription(
  list: gnmi.SubscriptionList,
  limits: SubscribeLimits,
): SubscribePlan {
  if (list.subscription.length === 0) throw invalidArgument('the subscription list is empty');
  if (list.subscription.length > MAX_SUBSCRIPTIONS)
    throw invalidArgument(`a stream carries at most ${MAX_SUBSCRIPTIONS} subscriptions`);
  if (![Mode.STREAM, Mode.ONCE, Mode.POLL].includes(list.mode))
    throw invalidArgument('unknown subscription mode');
  checkModels(list.useModels, limits.models);
  checkTarget(list.prefix, limits.name);
  let origin = list.prefix?.origin ?? '';
  const items = list.subscription.map((subscription) => {
    const resolved = resolvePath(list.prefix, subscription.path);
    checkOrigin(resolved.origin);
    origin = resolved.origin || origin;
    return itemOf(subscription, new PathPattern(resolved.elems), limits);
  });
  return {
    mode: list.mode,
    encoding: checkEncoding(list.encoding),
    updatesOnly: list.updatesOnly,
    origin,
    target: list.prefix?.target ?? '',
    items,
  };
}

function itemOf(
  subscription: gnmi.Subscription,
  pattern: PathPattern,
  limits: SubscribeLimits,
): SubscriptionItem {
  if (!MODES.includes(subscription.mode))
    throw invalidArgument(`${pattern.text}: unknown subscription mode`);
  const intervalMs = Number(subscription.sampleInterval) / 1e6;
  const heartbeatMs = Number(subscription.heartbeatInterval) / 1e6;
  if (subscription.mode === SubscriptionMode.SAMPLE)
    checkInterval(pattern, intervalMs, limits.minSampleMs);
  if (heartbeatMs > 0) checkInterval(pattern, heartbeatMs, limits.minSampleMs);
  return {
    pattern,
    mode: subscription.mode,
    intervalMs: intervalMs || limits.minSampleMs,
    suppressRedundant: subscription.suppressRedundant,
    heartbeatMs,
  };
}

/** A day is more than anybody samples at, and safe for timers. */
const MAX_INTERVAL_MS = 86_400_000;

function checkInterval(pattern: PathPattern, intervalMs: number, minMs: number): void {
  if (intervalMs !== 0 && (intervalMs < minMs || intervalMs > MAX_INTERVAL_MS))
    throw invalidArgument(
      `${pattern.text}: interval ${intervalMs} ms is outside ${minMs} to ${MAX_INTERVAL_MS} ms`,
    );
}
