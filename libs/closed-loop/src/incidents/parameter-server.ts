import type { IntentInput, Sufferer, WorkloadInput } from './draft';
import type { Draw } from './draw';
import type { Fabric } from './fabric';
import { jobIntent } from './job';

type Training = Extract<WorkloadInput, { kind: 'training' }>;

export interface ParameterServerOptions {
  readonly name: string;
  /** Workers, from the second leaf on, and servers on the first one. */
  readonly count: number;
  readonly servers: number;
  /** Gradients of one worker. */
  readonly bytes: number;
  readonly control: 'dctcp' | 'cubic' | 'dcqcn';
  /** A job that it shares its compute time with. */
  readonly like?: Training;
}

export interface ParameterServer {
  readonly workload: Training;
  readonly intentFor: (members: string) => IntentInput;
  readonly sufferer: Sufferer;
}

/** A job that pushes gradients to parameter servers and pulls the new weights from them. */
export function parameterServer(
  draw: Draw,
  fabric: Fabric,
  { name, count, servers, bytes, control, like }: ParameterServerOptions,
): ParameterServer {
  const computeMs = like?.steps?.[0]?.computeMs ?? Math.round(draw.between(50, 120));
  const workload: Training = {
    name,
    kind: 'training',
    workers: { leaf: `leaf2-${fabric.leaves}`, perLeaf: 6, placement: 'striped', count },
    control,
    minRtoMs: like?.minRtoMs ?? (control === 'dcqcn' ? 4 : draw.pick([10, 200])),
    connections: like?.connections ?? draw.pick([1, 2, 4]),
    steps: [
      {
        computeMs,
        collective: {
          algorithm: 'parameter-server',
          bytes: Math.round(bytes),
          servers: { leaf: 'leaf1', perLeaf: servers },
        },
      },
    ],
  };
  // Push and pull, each through the ports of the servers.
  const transferMs = (2 * count * bytes * 8000) / servers / fabric.hostBps;
  const stated = draw.chance(0.5) ? (computeMs + transferMs) * 1.15 : null;
  return {
    workload,
    intentFor: (members) => {
      const intent = jobIntent(name, 'parameter-server', stated, `${members}.workers`);
      return intent;
    },
    sufferer: {
      workload: name,
      intent: `TrainingJob/${name}`,
      metric: 'iteration-time',
      quantile: 0.95,
    },
  };
}
