import { createRequire } from 'node:module';
import type { Door } from './driver';

/** Every door by its name: its file, and what it is called there. */
const DOORS: Readonly<Record<string, readonly [file: string, name: string]>> = {
  gnmi: ['gnmi.fuzz', 'gnmiDoor'],
  'gnmi-values': ['gnmi-values.fuzz', 'gnmiValuesDoor'],
  'gnmi-server': ['gnmi-server.fuzz', 'gnmiServerDoor'],
  otlp: ['otlp.fuzz', 'otlpDoor'],
  rest: ['rest.fuzz', 'restDoor'],
  grpc: ['grpc.fuzz', 'grpcDoor'],
  policy: ['files.fuzz', 'policyDoor'],
  topology: ['files.fuzz', 'topologyDoor'],
  config: ['operator.fuzz', 'configDoor'],
  intents: ['operator.fuzz', 'intentsDoor'],
  plans: ['operator.fuzz', 'plansDoor'],
  scenario: ['scenario.fuzz', 'scenarioDoor'],
  commands: ['commands.fuzz', 'commandsDoor'],
  frames: ['frames.fuzz', 'framesDoor'],
  journal: ['journal.fuzz', 'journalDoor'],
  flight: ['flight.fuzz', 'flightDoor'],
  redis: ['redis.fuzz', 'redisDoor'],
};

export const DOOR_NAMES: readonly string[] = Object.keys(DOORS);

// Loaded when it is run, so that a child with one door does not wait for all the others.
const load = createRequire(__filename);

/** Throws for a name that is none. */
export function doorOf(name: string): Door {
  const place = Object.hasOwn(DOORS, name) ? DOORS[name] : undefined;
  if (place === undefined)
    throw new Error(`no door is called ${name}; doors: ${DOOR_NAMES.join(', ')}`);
  const [file, own] = place;
  return (load(`./${file}`) as Readonly<Record<string, Door>>)[own] as Door;
}
