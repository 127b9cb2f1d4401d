import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { DeviceId } from '@weir/core/model';
import { MemoryBackend, startTarget } from '@weir/gnmi-server';
import { benchFabric } from './fabric';

/** gNMI targets of the victims' leaves, by device. */
export interface Targets {
  readonly ports: ReadonlyMap<DeviceId, number>;
  close(): Promise<void>;
}

/** A real gNMI server on loopback for each leaf whose configuration will be written. */
export async function startTargets(interfaces: number): Promise<Targets> {
  const { victims, images } = benchFabric(interfaces);
  const running = await Promise.all(
    victims.map(async ({ leaf }) => {
      const backend = new MemoryBackend(Object.fromEntries(images.get(leaf) ?? []));
      return { leaf, target: await startTarget({ address: '127.0.0.1:0', backend }) };
    }),
  );
  return {
    ports: new Map(running.map(({ leaf, target }) => [leaf, target.port])),
    close: async () => {
      await Promise.all(running.map(({ target }) => target.close()));
    },
  };
}

/** The same in a process of their own, so that they do not take the controller's core. */
export function forkTargets(interfaces: number): Promise<Targets> {
  const child = fork(join(__dirname, 'targets-process.js'), [String(interfaces)]);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the gNMI targets ended with code ${code}`)));
    child.once('message', (ports: readonly (readonly [DeviceId, number])[]) => {
      child.removeAllListeners('exit');
      resolve({
        ports: new Map(ports),
        close: () =>
          new Promise((closed) => {
            child.once('exit', () => closed());
            child.kill('SIGTERM');
          }),
      });
    });
  });
}
