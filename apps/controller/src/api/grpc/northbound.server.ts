import {
  Server,
  status,
  type handleUnaryCall,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { Inject, Injectable } from '@nestjs/common';
import { assert } from '@weir/core/base';
import type { ControllerConfigSpec } from '@weir/contracts';
import type { Clock } from '@weir/core/ports';
import {
  DenialLog,
  roleAllows,
  TokenAuthenticator,
  type LogPort,
  type Principal,
  type Role,
} from '@weir/nest';
import { northbound } from '@weir/proto-gen';
import { HealthImplementation } from 'grpc-health-check';
import type { SiteStore } from '../../boot/site-store';
import type { CertificateStore } from '../../certificates/certificate-store';
import { serverCredentials } from '../../certificates/server-credentials';
import { CERTIFICATES, CLOCK, LOG, SETTINGS, SITES } from '../../wiring/tokens';
import { CommandClient } from '../commands/command-client';
import { Explainer } from '../read/explainer';
import { JournalReader } from '../read/journal-reader';
import { ControlCalls } from './control.calls';
import { GrpcRefusal, isGrpcRefusal } from './grpc-error';
import { NorthboundCalls } from './northbound.calls';
import { loadNorthboundProto } from './proto-files';
import { watchJournal } from './watch-journal';

const SERVICE = 'weir.v1.Northbound';
const STOP_MS = 2_000;
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

type Call = Pick<ServerUnaryCall<unknown, unknown>, 'metadata' | 'getPath' | 'getPeer'>;

/** gRPC northbound: the same commands and views as REST, with health and reflection. */
@Injectable()
export class NorthboundServer {
  private readonly calls: NorthboundCalls;
  private readonly control: ControlCalls;
  private readonly denials: DenialLog;
  private readonly health = new HealthImplementation({
    '': 'NOT_SERVING',
    [SERVICE]: 'NOT_SERVING',
  });
  private server: Server | null = null;
  private boundPort = 0;

  constructor(
    @Inject(SETTINGS) private readonly settings: ControllerConfigSpec,
    @Inject(CommandClient) commands: CommandClient,
    @Inject(JournalReader) private readonly reader: JournalReader,
    @Inject(Explainer) explainer: Explainer,
    @Inject(TokenAuthenticator) private readonly authenticator: TokenAuthenticator,
    @Inject(SITES) sites: SiteStore,
    @Inject(CERTIFICATES) private readonly certificates: CertificateStore,
    @Inject(LOG) private readonly log: LogPort,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.denials = new DenialLog(log, () => clock.monotonicMs());
    this.calls = new NorthboundCalls(commands, reader, explainer);
    this.control = new ControlCalls(commands, reader, sites);
  }

  get port(): number {
    return this.boundPort;
  }

  async start(): Promise<void> {
    assert(this.server === null, 'the northbound server is started once');
    const server = new Server({
      'grpc.enable_channelz': 0,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.keepalive_time_ms': 60_000,
    });
    server.addService(northbound.NorthboundService, this.implementation());
    this.health.addToServer(server);
    const definition = loadNorthboundProto();
    if (definition === null) this.log.warn('no proto files, reflection is off', {});
    else new ReflectionService(definition).addToServer(server);
    const { host, port } = this.settings.api.grpc;
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    this.boundPort = await new Promise<number>((resolve, reject) => {
      const credentials = serverCredentials(this.certificates, ({ apiTls }) => apiTls);
      server.bindAsync(address, credentials, (error, bound) => {
        if (error === null) resolve(bound);
        else reject(new Error(`spec.api.grpc: cannot listen on ${address}: ${error.message}`));
      });
    });
    this.server = server;
  }

  setServing(serving: boolean): void {
    const word = serving ? 'SERVING' : 'NOT_SERVING';
    this.health.setStatus('', word);
    this.health.setStatus(SERVICE, word);
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    this.setServing(false);
    await new Promise<void>((resolve) => {
      // Watchers never end by themselves.
      const timer = setTimeout(() => {
        server.forceShutdown();
        resolve();
      }, STOP_MS);
      server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private implementation(): northbound.NorthboundServer {
    const { calls, control } = this;
    return {
      getStatus: this.unary('viewer', () => calls.getStatus()),
      listChanges: this.unary('viewer', (request) => calls.listChanges(request)),
      getChange: this.unary('viewer', (request) => calls.getChange(request)),
      explain: this.unary('viewer', (request) => calls.explain(request)),
      listIntents: this.unary('viewer', (request) => calls.listIntents(request)),
      putIntent: this.unary('operator', (request, by) => calls.putIntent(request, by)),
      deleteIntent: this.unary('operator', (request, by) => calls.deleteIntent(request, by)),
      propose: this.unary('operator', (request, by) => calls.propose(request, by)),
      approve: this.unary('operator', (request, by) => calls.approve(request, by)),
      reject: this.unary('operator', (request, by) => calls.reject(request, by)),
      undo: this.unary('operator', (request, by) => calls.undo(request, by)),
      freeze: this.unary('operator', (request, by) => control.freeze(request, by)),
      unfreeze: this.unary('operator', (request, by) => control.unfreeze(request, by)),
      setMode: this.unary('admin', (request, by) => control.setMode(request, by)),
      unfence: this.unary('admin', (request, by) => control.unfence(request, by)),
      watchJournal: (call) => {
        this.watch(call);
      },
    };
  }

  private unary<Request, Response>(
    role: Role,
    run: (request: Request, by: Principal) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return (call, answer) => {
      const handle = async (): Promise<Response> => run(call.request, this.authorize(call, role));
      handle().then(
        (response) => {
          answer(null, response);
        },
        (error: unknown) => {
          answer(this.failure(error));
        },
      );
    };
  }

  private watch(
    call: ServerWritableStream<northbound.WatchJournalRequest, northbound.WatchJournalResponse>,
  ): void {
    const handle = async (): Promise<void> => {
      this.authorize(call, 'viewer');
      await watchJournal(call, this.reader);
    };
    handle().catch((error: unknown) => {
      call.emit('error', this.failure(error));
    });
  }

  private authorize(call: Call, role: Role): Principal {
    const [header] = call.metadata.get('authorization');
    const principal = this.authenticator.authenticate(header?.toString());
    if (principal === null)
      throw this.denied(call, 'unauthenticated', 'send a valid token as "Bearer TOKEN"');
    if (!roleAllows(principal.role, role))
      throw this.denied(
        call,
        'forbidden',
        `${principal.name} has the role ${principal.role}; ${role} is needed`,
      );
    return principal;
  }

  private denied(call: Call, code: 'unauthenticated' | 'forbidden', reason: string): GrpcRefusal {
    this.denials.denied({
      code,
      reason,
      method: 'gRPC',
      path: call.getPath(),
      client: call.getPeer(),
    });
    return new GrpcRefusal({ code, where: 'metadata.authorization', reason });
  }

  private failure(error: unknown): { readonly code: status; readonly details: string } {
    if (isGrpcRefusal(error)) return { code: error.code, details: error.details };
    this.log.error('northbound call failed', { err: error });
    return { code: status.INTERNAL, details: 'internal: the log says why' };
  }
}
