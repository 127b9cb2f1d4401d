import type { Device, Topology } from '@weir/core/model';
import type { Clock, TelemetrySink, Timers } from '@weir/core/ports';
import { GrpcStatus } from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';
import { errorText, GnmiClient, type RpcResult, type TransportSettings } from '../client';
import { SubscribeDecoder } from '../decode';
import { BackOff } from './back-off';
import { SubscribeStream, type StreamEnd, type StreamLimits } from './stream';
import { pfcRequest, SONIC_DB, streamRequest, SUBSCRIPTION_STYLES } from './subscriptions';

export interface SessionLimits extends StreamLimits {
  readonly capabilitiesTimeoutMs: number;
  readonly firstRetryMs: number;
  readonly mostRetryMs: number;
  readonly healthyMs: number;
  /** Pace of attempts after an answer that more attempts do not change (credentials, schema). */
  readonly refusedRetryMs: number;
}

export interface SessionDeps {
  readonly topology: Topology;
  readonly transport: TransportSettings;
  readonly sink: TelemetrySink;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  readonly sampleIntervalMs: number;
  readonly limits: SessionLimits;
  readonly onState: (state: 'connecting' | 'synced' | 'down', detail: string) => void;
  readonly onShed: () => void;
}

/** What a session has done so far, for metrics. */
export interface SessionFigures {
  readonly attempts: number;
  readonly messages: number;
  readonly updates: number;
  readonly fullyDecoded: number;
  readonly unusable: number;
  readonly paths: number;
}

/** Differences below this are the jitter of targets that compute their boot time. */
const BOOT_JITTER_NS = 1_000_000_000n;

/** Keeps one target subscribed, for as long as it is wanted. */
export class DeviceSession {
  private client: GnmiClient | null = null;
  private stream: SubscribeStream | null = null;
  private pfcStream: SubscribeStream | null = null;
  private cancelPfc: () => void = () => undefined;
  private decoder: SubscribeDecoder | null = null;
  private readonly backOff: BackOff;
  private cancelRetry: () => void = () => undefined;
  private stopped = false;
  private syncedMs: number | null = null;
  private style = 0;
  private bootTimeNs: bigint | null = null;
  private attempts = 0;
  private earlier = { messages: 0, updates: 0, fullyDecoded: 0, unusable: 0 };

  constructor(
    private readonly device: Device,
    private readonly deps: SessionDeps,
  ) {
    const { firstRetryMs: firstMs, mostRetryMs: mostMs, healthyMs } = deps.limits;
    this.backOff = new BackOff({ firstMs, mostMs, healthyMs }, deps.random);
  }

  start(): void {
    this.attempts++;
    this.report('connecting', '');
    const client = new GnmiClient(this.device.address, this.deps.transport);
    this.client = client;
    client.capabilities(this.deps.limits.capabilitiesTimeoutMs).then(
      (answer) => {
        if (!this.stopped && this.client === client) this.begin(client, answer);
      },
      (error: unknown) => this.failed({ code: null, detail: String(error) }),
    );
  }

  stop(): void {
    this.stopped = true;
    this.cancelRetry();
    this.close();
    this.report('down', 'stopped');
  }

  figures(): SessionFigures {
    const now = this.decoder;
    return {
      attempts: this.attempts,
      messages: this.earlier.messages + (now?.figures.messages ?? 0),
      updates: this.earlier.updates + (now?.figures.fast ?? 0),
      fullyDecoded: this.earlier.fullyDecoded + (now?.figures.full ?? 0),
      unusable: this.earlier.unusable + (now?.unusable ?? 0),
      paths: now?.size.paths ?? 0,
    };
  }

  private begin(client: GnmiClient, answer: RpcResult<gnmi.CapabilityResponse>): void {
    if (answer.ok) {
      const { supportedEncodings, supportedModels } = answer.value;
      this.subscribe(client, preferred(supportedEncodings));
      if (supportedModels.some(({ name }) => name === SONIC_DB)) this.subscribePfc(client);
    }
    // Targets without Capabilities exist; JSON_IETF is what all of them speak.
    else if (answer.error.code === GrpcStatus.UNIMPLEMENTED)
      this.subscribe(client, gnmi.Encoding.JSON_IETF);
    else this.failed({ code: answer.error.code, detail: errorText(answer.error) });
  }

  private subscribe(client: GnmiClient, encoding: gnmi.Encoding): void {
    const { topology, sink, sampleIntervalMs, limits, clock, timers } = this.deps;
    const decoder = new SubscribeDecoder(this.device.id, {
      sink,
      bootTime: (ns) => this.booted(ns),
    });
    this.decoder = decoder;
    const style = SUBSCRIPTION_STYLES[this.style] ?? 'basic';
    this.stream = new SubscribeStream(
      client,
      streamRequest(topology, this.device, style, sampleIntervalMs, encoding),
      limits,
      {
        message: (bytes) => decoder.decode(bytes),
        synced: () => {
          this.syncedMs = clock.monotonicMs();
          this.report('synced', style);
        },
        shed: () => this.deps.onShed(),
        ended: (end) => this.failed(end),
      },
      clock,
      timers,
    );
  }

  /** Pauses are good to have: without them the session goes on, and asks for them again later. */
  private subscribePfc(client: GnmiClient): void {
    const { decoder } = this;
    if (this.client !== client || decoder === null) return;
    const { sampleIntervalMs, limits, clock, timers, onShed } = this.deps;
    this.pfcStream = new SubscribeStream(
      client,
      pfcRequest(sampleIntervalMs),
      limits,
      {
        message: (bytes) => decoder.decode(bytes),
        synced: () => undefined,
        shed: onShed,
        ended: () => {
          const again = (): void => this.subscribePfc(client);
          this.cancelPfc = timers.after(limits.refusedRetryMs, again);
        },
      },
      clock,
      timers,
    );
  }

  private failed(end: StreamEnd): void {
    if (this.stopped) return;
    const healthyForMs = this.syncedMs === null ? 0 : this.deps.clock.monotonicMs() - this.syncedMs;
    this.close();
    this.report('down', end.detail);
    let delayMs = this.backOff.nextMs(healthyForMs);
    if (REFUSALS.has(end.code ?? -1)) {
      // Perhaps it was the way in which we asked: try the next one before giving up for long.
      this.style = (this.style + 1) % SUBSCRIPTION_STYLES.length;
      if (this.style === 0) delayMs = this.deps.limits.refusedRetryMs;
    } else if (DENIALS.has(end.code ?? -1)) delayMs = this.deps.limits.refusedRetryMs;
    this.cancelRetry = this.deps.timers.after(delayMs, () => this.start());
  }

  private close(): void {
    const { decoder } = this;
    if (decoder !== null) {
      this.earlier.messages += decoder.figures.messages;
      this.earlier.updates += decoder.figures.fast;
      this.earlier.fullyDecoded += decoder.figures.full;
      this.earlier.unusable += decoder.unusable;
    }
    this.stream?.cancel();
    this.pfcStream?.cancel();
    this.cancelPfc();
    this.client?.close();
    this.stream = this.pfcStream = this.client = this.decoder = this.syncedMs = null;
  }

  private report(state: 'connecting' | 'synced' | 'down', detail: string): void {
    this.deps.sink.session(this.device.id, state, detail);
    this.deps.onState(state, detail);
  }

  private booted(ns: bigint): void {
    const before = this.bootTimeNs;
    const moved = before !== null && (ns > before ? ns - before : before - ns) > BOOT_JITTER_NS;
    if (before === null || moved) this.bootTimeNs = ns;
    if (moved) this.deps.sink.rebooted(this.device.id, ns);
  }
}

/** The request was not to the target's liking. */
const REFUSALS: ReadonlySet<number> = new Set([
  GrpcStatus.INVALID_ARGUMENT,
  GrpcStatus.NOT_FOUND,
  GrpcStatus.UNIMPLEMENTED,
]);
const DENIALS: ReadonlySet<number> = new Set([
  GrpcStatus.UNAUTHENTICATED,
  GrpcStatus.PERMISSION_DENIED,
]);

/** PROTO is the cheapest to decode, then JSON_IETF. */
function preferred(supported: readonly gnmi.Encoding[]): gnmi.Encoding {
  const { PROTO, JSON_IETF, JSON } = gnmi.Encoding;
  return [PROTO, JSON_IETF, JSON].find((encoding) => supported.includes(encoding)) ?? JSON_IETF;
}
