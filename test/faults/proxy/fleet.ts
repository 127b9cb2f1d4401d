import type { TlsOptions } from 'node:tls';
import { parse, stringify } from 'yaml';
import { FaultProxy } from './fault-proxy';
import type { SetSeen } from './set-watch';

interface TopologyDocument {
  readonly spec: { readonly devices: { readonly name: string; address: string }[] };
}

/** One proxy in front of each device of a topology. */
export class ProxyFleet {
  private readonly proxies = new Map<string, FaultProxy>();

  /** The topology with the addresses of the proxies in place of those of the devices. */
  async front(topology: string, tls?: TlsOptions): Promise<string> {
    const document = parse(topology) as TopologyDocument;
    for (const device of document.spec.devices) {
      const port = Number(device.address.slice(device.address.lastIndexOf(':') + 1));
      const proxy = await FaultProxy.listen({ port, ...(tls === undefined ? {} : { tls }) });
      this.proxies.set(device.name, proxy);
      device.address = `127.0.0.1:${proxy.port}`;
    }
    return stringify(document);
  }

  get devices(): readonly string[] {
    return [...this.proxies.keys()];
  }

  of(device: string): FaultProxy {
    const proxy = this.proxies.get(device);
    if (proxy === undefined) throw new Error(`no proxy stands before ${device}`);
    return proxy;
  }

  /** Nothing passes between the client and these devices, and nobody is told. */
  partition(devices: readonly string[]): void {
    for (const device of devices) this.of(device).silence();
  }

  healAll(): void {
    for (const proxy of this.proxies.values()) proxy.heal();
  }

  /** Every Set seen so far, by device. */
  sets(): Readonly<Record<string, readonly SetSeen[]>> {
    return Object.fromEntries([...this.proxies].map(([device, { sets }]) => [device, sets]));
  }

  async close(): Promise<void> {
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
  }
}
