import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeafValue } from '@weir/gnmi';
import {
  classifierLeaves,
  limitLeaves,
  merged,
  portLeaves,
} from '../../apps/switch-agent/src/qos/testing/config';
import { leavesOfRoutes } from '../../apps/switch-agent/src/routes/to-leaves';
import { kernelTestSkipReason } from '../../apps/switch-agent/src/testing/kernel-access';
import { AgentProcess } from '../lab/agent-process';

const PREFIX = '10.9.0.0/24';

/** Why a client cannot be tried here; printed, as jest says only that something was skipped. */
export function skipReason(suite: string, ...needs: readonly (string | null)[]): string | null {
  const reason = kernelTestSkipReason() ?? needs.find((item) => item !== null) ?? null;
  if (reason !== null) console.warn(`${suite}: skipped, ${reason}`);
  return reason;
}

/** A program that `npm run interop` has set up; the reason when it has not. */
export const needsProgram = (variable: string): string | null =>
  (process.env[variable] ?? '') === ''
    ? `${variable} is not set: npm run interop sets it up`
    : null;

/** An agent of its own namespace with two uplinks, whose rates its file tells. */
export async function startAgent(name: string): Promise<AgentProcess> {
  const agent = new AgentProcess(name);
  const file = join(agent.stateDir, 'agent.yaml');
  writeFileSync(
    file,
    'apiVersion: weir.dev/v1\nkind: SwitchAgentConfig\nspec:\n' +
      '  ports: { up1: { rate: 50M }, up2: { rate: 50M } }\n',
  );
  await agent.start(['--config', file]);
  return agent;
}

/** A route with two weights, and queues of one port: what a controller sets. */
export function leavesOf(
  weights: readonly [number, number],
  bulk: number,
): readonly (readonly [path: string, value: LeafValue])[] {
  const nextHops = weights.map((weight, at) => ({
    index: String(at),
    address: `10.0.${at}.1`,
    interface: `up${at + 1}`,
    weight,
  }));
  return [
    ...leavesOfRoutes([{ prefix: PREFIX, metric: 0, nextHops }]),
    ...merged(
      portLeaves({ port: 'up1', weights: { bulk, priority: 1 } }),
      limitLeaves('up1', { bulk: 500_000, priority: 100_000 }),
      classifierLeaves('up1', { bulk: [8], priority: [0, 46] }),
    ),
  ];
}

export const STATIC =
  '/network-instances/network-instance[name=DEFAULT]/protocols' +
  `/protocol[identifier=STATIC][name=DEFAULT]/static-routes/static[prefix=${PREFIX}]`;
export const WEIGHT = `${STATIC}/next-hops/next-hop[index=0]/config/wecmp-weight`;
export const PORT_STATE = '/interfaces/interface[name=up1]/state';

/** Weights of the one group in the kernel. */
export function weightsInKernel(agent: AgentProcess): readonly number[] {
  interface Row {
    readonly group?: readonly { readonly weight?: number }[];
  }
  const rows = JSON.parse(agent.ip('-j', 'nexthop')) as readonly Row[];
  return rows.flatMap((row) => row.group?.map((member) => member.weight ?? 1) ?? []);
}
