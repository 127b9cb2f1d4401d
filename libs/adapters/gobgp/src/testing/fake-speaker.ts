import {
  Server,
  ServerCredentials,
  status,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { gobgp } from '@weir/proto-gen';
import { decodePath } from '../speaker';

type Verb = 'add' | 'delete' | 'list';
/** What becomes of a call: as usual, an error, or no answer at all. */
export type Fault = { readonly code: number; readonly details: string } | 'silence' | null;

/**
 * A speaker that fails on demand, which a real one cannot be made to do. Only for faults: what a
 * speaker does otherwise is tested against gobgpd.
 */
export class FakeSpeaker {
  readonly calls: Verb[] = [];
  /** Asked at each call, with the number of calls of that verb before it. */
  fault: (verb: Verb, before: number) => Fault = () => null;
  private readonly server = new Server();
  private readonly paths = new Map<string, gobgp.Path>();
  private readonly marks = new Set<string>();
  address = '';

  async start(): Promise<void> {
    this.server.addService(gobgp.GobgpApiService, {
      addPathStream: this.addPathStream,
      deletePath: this.deletePath,
      listPath: this.listPath,
      listPeer: (call: ServerWritableStream<unknown, unknown>) => call.end(),
      watchEvent: (call: ServerWritableStream<unknown, gobgp.WatchEventResponse>) =>
        call.write(gobgp.WatchEventResponse.create({})),
      addDefinedSet: (
        { request }: ServerUnaryCall<gobgp.AddDefinedSetRequest, object>,
        done: (error: null, value: object) => void,
      ) => {
        this.marks.add(request.definedSet?.name ?? '');
        done(null, {});
      },
      listDefinedSet: (
        call: ServerWritableStream<gobgp.ListDefinedSetRequest, gobgp.ListDefinedSetResponse>,
      ) => {
        const { name, definedType } = call.request;
        if (this.marks.has(name)) call.write({ definedSet: { name, definedType, list: [] } });
        call.end();
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    this.address = `127.0.0.1:${port}`;
  }

  forget(): void {
    this.paths.clear();
  }

  close(): void {
    this.server.forceShutdown();
  }

  private next(verb: Verb): Fault {
    const before = this.calls.filter((call) => call === verb).length;
    this.calls.push(verb);
    return this.fault(verb, before);
  }

  private readonly addPathStream: gobgp.GobgpApiServer['addPathStream'] = (call, done) => {
    const fault = this.next('add');
    const added: gobgp.Path[] = [];
    call.on('data', ({ paths }: gobgp.AddPathStreamRequest) => added.push(...paths));
    call.on('end', () => {
      if (fault === 'silence') return;
      if (fault !== null) {
        done(fault, null);
        return;
      }
      for (const path of added) this.paths.set(keyOf(path), { ...path, neighborIp: '<nil>' });
      done(null, {});
    });
  };

  private readonly deletePath: gobgp.GobgpApiServer['deletePath'] = ({ request }, done) => {
    const fault = this.next('delete');
    if (fault === 'silence') return;
    if (fault !== null) {
      done(fault, null);
      return;
    }
    if (request.path !== undefined) this.paths.delete(keyOf(request.path));
    done(null, {});
  };

  private readonly listPath: gobgp.GobgpApiServer['listPath'] = (call) => {
    const fault = this.next('list');
    if (fault === 'silence') return;
    if (fault !== null) {
      call.emit('error', { ...fault, code: fault.code || status.UNKNOWN });
      return;
    }
    const paths = [...this.paths.values()].filter(
      ({ family }) => family?.afi === call.request.family?.afi,
    );
    call.write({ destination: { prefix: '', paths } });
    call.end();
  };
}

function keyOf(path: gobgp.Path): string {
  const local = decodePath({ ...path, isWithdraw: false, neighborIp: '' });
  return `${local?.prefix} ${path.identifier}`;
}
