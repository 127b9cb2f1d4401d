import { experimental, ServerCredentials } from '@grpc/grpc-js';
import { assert } from '@weir/core/base';
import type { Certificates, ServerTls } from '../boot/tls-files';
import type { CertificateStore } from './certificate-store';

type Pick = (certificates: Certificates) => ServerTls | null;

/**
 * Credentials of a gRPC server that follow the store: every handshake shows what is in force then.
 * Whether clients must show a certificate is settled at the start.
 */
export function serverCredentials(store: CertificateStore, pick: Pick): ServerCredentials {
  const first = pick(store.current);
  if (first === null) return ServerCredentials.createInsecure();
  const asks = first.clientCa !== undefined;
  const provider = new StoreProvider(store, pick);
  // The first argument serves what we show, the second whom we trust.
  return experimental.createCertificateProviderServerCredentials(
    provider,
    asks ? provider : null,
    asks,
  );
}

type IdentityListener = experimental.IdentityCertificateUpdateListener;
type CaListener = experimental.CaCertificateUpdateListener;

class StoreProvider implements experimental.CertificateProvider {
  private readonly identity = new Set<IdentityListener>();
  private readonly authorities = new Set<CaListener>();

  constructor(
    private readonly store: CertificateStore,
    private readonly pick: Pick,
  ) {
    store.onReplaced(() => {
      for (const listener of this.authorities) listener(this.authority());
      for (const listener of this.identity) listener(this.pair());
    });
  }

  addCaCertificateListener(listener: CaListener): void {
    this.authorities.add(listener);
    // grpc-js knows the server that asks only after this call.
    queueMicrotask(() => {
      listener(this.authority());
    });
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.authorities.delete(listener);
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.identity.add(listener);
    queueMicrotask(() => {
      listener(this.pair());
    });
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.identity.delete(listener);
  }

  private pair(): experimental.IdentityCertificateUpdate {
    const { cert, key } = this.now();
    return { certificate: Buffer.from(cert), privateKey: Buffer.from(key) };
  }

  private authority(): experimental.CaCertificateUpdate | null {
    const { clientCa } = this.now();
    return clientCa === undefined ? null : { caCertificate: Buffer.from(clientCa) };
  }

  private now(): ServerTls {
    const tls = this.pick(this.store.current);
    assert(tls !== null, 'a section with TLS keeps it: the configuration counts from the start');
    return tls;
  }
}
