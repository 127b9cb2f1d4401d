import { GnmiWriter } from '@weir/adapter-gnmi';
import { deviceId } from '@weir/core/model';
import { parse } from 'yaml';
import type { Fabric } from '../../e2e/harness/fabric';

const TIMEOUT_MS = 3_000;

interface TopologyView {
  readonly spec: {
    readonly devices: readonly { readonly name: string; readonly address: string }[];
  };
}

/** Somebody with a gNMI client of their own, who goes to the switch and not through the proxy. */
export class Person {
  private constructor(private readonly client: GnmiWriter) {}

  static async at(fabric: Fabric): Promise<Person> {
    const { devices } = (parse(await fabric.topology()) as TopologyView).spec;
    const known = devices.map(({ name, address }) => {
      const id = deviceId(name);
      return [id, { id, address, profile: 'openconfig' }] as const;
    });
    const topology = { devices: new Map(known) } as never;
    return new Person(new GnmiWriter({ tls: { mode: 'insecure' }, topology }));
  }

  /** Sets one leaf; under a commit id it waits for a confirmation for a minute. */
  async sets(device: string, path: string, value: string, commit?: string): Promise<void> {
    const leaf = { path, before: null, after: value };
    const confirmed = commit === undefined ? null : { id: commit, rollbackMs: 60_000 };
    const answer = await this.client.set(deviceId(device), [leaf], confirmed, TIMEOUT_MS);
    if (answer.kind !== 'ok') throw new Error(`${device}: ${answer.message}`);
  }

  async cancels(device: string, commit: string): Promise<void> {
    const answer = await this.client.cancel(deviceId(device), commit, TIMEOUT_MS);
    if (answer.kind !== 'ok') throw new Error(`${device}: ${answer.message}`);
  }

  leaves(): Promise<void> {
    return this.client.close();
  }
}
