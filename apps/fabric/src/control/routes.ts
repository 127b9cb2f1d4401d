import { formatIssues, hostPortSchema, strict, summarize, workloadSchema } from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import { z } from 'zod';
import type { FabricProcess } from '../fabric-process';
import type { SimulatedSwitch } from '../switch/simulated-switch';
import type { Answer, Call, Route } from './router';

const done: Result<Answer> = ok({ json: { done: true } });

const linkFaultSchema = strict({
  up: z.boolean().optional(),
  capacityRatio: z.number().gt(0).max(1).optional().describe('Share of the line rate that works.'),
  grayLossRatio: z.number().min(0).max(1).optional().describe('Loss that no counter shows.'),
  from: z.string().optional().describe('Only the direction that leaves this port.'),
});

const switchFaultsSchema = strict({
  slowMs: z.number().min(0).max(600_000).optional(),
  hang: z.boolean().optional(),
  mute: z.boolean().optional(),
  failAfterApply: z.int().min(0).max(1_000).optional(),
  failBeforeApply: z.int().min(0).max(1_000).optional(),
  pretend: z.int().min(0).max(1_000).optional(),
  slowApplyMs: z.number().min(0).max(600_000).optional(),
  slowAnswerMs: z.number().min(0).max(600_000).optional(),
  stormFactor: z.int().min(1).max(10_000).optional(),
  ignoreExtensions: z.boolean().optional(),
});

/** Everything that can be asked of a running fabric from outside, for tests and demonstrations. */
export function controlRoutes(fabric: FabricProcess): Route[] {
  const all: Route[] = [
    ...readRoutes(fabric),
    ...workloadRoutes(fabric),
    ...linkRoutes(fabric),
    ...switchRoutes(fabric),
  ];
  const index = all.map(({ method, path, summary }) => ({ method, path, summary }));
  return [
    { method: 'GET', path: '/', summary: 'this list', handle: () => ok({ json: index }) },
    ...all,
  ];
}

function readRoutes(fabric: FabricProcess): Route[] {
  return [
    get('/healthz', 'whether the fabric runs', () => ({
      status: 'ok',
      timeMs: fabric.world.nowMs,
    })),
    {
      method: 'GET',
      path: '/topology',
      summary: 'Topology YAML with the gNMI ports',
      handle: () => ok({ text: fabric.topology(), contentType: 'application/yaml' }),
    },
    get('/truth', 'every queue with traffic as it really is', () => fabric.world.truth()),
    get('/sets', 'Sets received and applied by each switch', () =>
      Object.fromEntries([...fabric.switches].map(([name, entry]) => [name, entry.sets()])),
    ),
    {
      method: 'GET',
      path: '/config/:device',
      summary: 'all configuration leaves of a switch',
      handle: (call) =>
        withSwitch(fabric, call, (entry) =>
          ok({
            json: Object.fromEntries([...entry.config()].sort(([a], [b]) => (a < b ? -1 : 1))),
          }),
        ),
    },
    get('/totals', 'what each workload has moved since it started', () =>
      Object.fromEntries(fabric.world.totals()),
    ),
    get('/switches', 'port, connections, faults and pending commit of each switch', () =>
      [...fabric.switches].map(([name, entry]) => ({
        name,
        port: entry.port,
        running: entry.running,
        connections: entry.connections,
        pendingCommit: entry.pendingCommit(),
        faults: entry.behaviour.faults,
      })),
    ),
    get('/scenarios', 'stories that can be started', () => [...fabric.scenarios.values()]),
  ];
}

function workloadRoutes(fabric: FabricProcess): Route[] {
  const missing = (name: string) => refuse('not-found', name, 'no workload of this name runs');
  return [
    get('/workloads', 'what runs, with its scale', () => fabric.world.jobs()),
    {
      method: 'POST',
      path: '/workloads',
      summary: 'start a workload',
      handle: ({ body }) => {
        const spec = parsed(workloadSchema, body);
        if (!spec.ok) return spec;
        const started = fabric.startWorkload(spec.value);
        return started.ok ? ok({ json: started.value, status: 201 }) : started;
      },
    },
    {
      method: 'DELETE',
      path: '/workloads/:name',
      summary: 'stop a workload',
      handle: ({ params: { name = '' } }) => (fabric.world.stopJob(name) ? done : missing(name)),
    },
    {
      method: 'PUT',
      path: '/workloads/:name/scale',
      summary: 'multiply the load of a workload: {"scale": 2}',
      handle: ({ params: { name = '' }, body }) => {
        const wanted = parsed(strict({ scale: z.number().positive().max(1e4) }), body);
        if (!wanted.ok) return wanted;
        return fabric.world.scaleJob(name, wanted.value.scale) ? done : missing(name);
      },
    },
    {
      method: 'POST',
      path: '/scenarios/:name/start',
      summary: 'begin the incident of a scenario',
      handle: ({ params: { name = '' } }) => answered(fabric.startScenario(name)),
    },
    {
      method: 'POST',
      path: '/scenarios/:name/stop',
      summary: 'end the incident of a scenario',
      handle: ({ params: { name = '' } }) => answered(fabric.stopScenario(name)),
    },
    {
      method: 'PUT',
      path: '/otlp',
      summary: 'where the workloads report to: {"endpoint": "127.0.0.1:4317"}',
      handle: ({ body }) => {
        const wanted = parsed(strict({ endpoint: hostPortSchema }), body);
        if (!wanted.ok) return wanted;
        fabric.reportTo(wanted.value.endpoint);
        return done;
      },
    },
  ];
}

function linkRoutes(fabric: FabricProcess): Route[] {
  return [
    {
      method: 'PUT',
      path: '/links/:id/fault',
      summary: 'link leaf1:eth1--spine1:eth1 or port leaf1:eth5: up, capacityRatio, grayLossRatio',
      handle: ({ params: { id = '' }, body }) => {
        const wanted = parsed(linkFaultSchema, body);
        if (!wanted.ok) return wanted;
        const { from, up, capacityRatio, grayLossRatio } = wanted.value;
        const fault = {
          ...(up === undefined ? {} : { up }),
          ...(capacityRatio === undefined ? {} : { capacityRatio }),
          ...(grayLossRatio === undefined ? {} : { grayLossRatio }),
        };
        return answered(fabric.world.setLinkFault(id, fault, from));
      },
    },
    {
      method: 'DELETE',
      path: '/links/:id/fault',
      summary: 'make a link whole again',
      handle: ({ params: { id = '' } }) =>
        answered(fabric.world.setLinkFault(id, { up: true, capacityRatio: 1, grayLossRatio: 0 })),
    },
  ];
}

function switchRoutes(fabric: FabricProcess): Route[] {
  const act = (
    verb: string,
    summary: string,
    run: (entry: SimulatedSwitch, call: Call) => Promise<void> | void,
  ): Route => ({
    method: 'POST',
    path: `/switches/:device/${verb}`,
    summary,
    handle: (call) =>
      withSwitch(fabric, call, async (entry) => {
        await run(entry, call);
        return done;
      }),
  });
  return [
    {
      method: 'PUT',
      path: '/switches/:device/faults',
      summary:
        'slowMs, hang, mute, failAfterApply, failBeforeApply, pretend, slowApplyMs, slowAnswerMs, ' +
        'stormFactor, ignoreExtensions; named ones change',
      handle: (call) =>
        withSwitch(fabric, call, (entry) => {
          const wanted = parsed(switchFaultsSchema, call.body);
          if (!wanted.ok) return wanted;
          const named = Object.entries(wanted.value).filter(([, value]) => value !== undefined);
          entry.behaviour.set(Object.fromEntries(named));
          return ok({ json: entry.behaviour.faults });
        }),
    },
    act('drop-sessions', 'break every gNMI session', (entry) => entry.dropSessions()),
    {
      method: 'POST',
      path: '/switches/:device/reboot',
      summary: 'restart, down for downMs (default 2000); answers when it is back',
      handle: (call) =>
        withSwitch(fabric, call, async (entry) => {
          const schema = strict({ downMs: z.number().min(0).max(600_000).default(2_000) });
          const wanted = parsed(schema, call.body);
          if (!wanted.ok) return wanted;
          await entry.reboot(wanted.value.downMs);
          return done;
        }),
    },
    act('kill', 'power off, control and data plane', (entry) => entry.kill()),
    act('restore', 'power on again, same port and configuration', (entry) =>
      fabric.restore(entry.name),
    ),
  ];
}

const get = (path: string, summary: string, json: () => unknown): Route => ({
  method: 'GET',
  path,
  summary,
  handle: () => ok({ json: json() }),
});

const answered = (result: Result<void>): Result<Answer> => (result.ok ? done : result);

function withSwitch<R extends Result<Answer> | Promise<Result<Answer>>>(
  fabric: FabricProcess,
  call: Call,
  then: (entry: SimulatedSwitch) => R,
): R | Result<Answer> {
  const name = call.params['device'] ?? '';
  const entry = fabric.switches.get(name);
  return entry === undefined
    ? refuse('device-unknown', name, 'no switch has this name')
    : then(entry);
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): Result<T> {
  const result = schema.safeParse(body);
  if (result.success) return ok(result.data);
  const { where, reason } = summarize(formatIssues(result.error));
  return refuse('request-invalid', where, reason);
}
