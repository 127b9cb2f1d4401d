import { Command, InvalidArgumentError } from 'commander';
import type { SpecOverrides } from './config/fabric-config';

export interface CommandLine {
  readonly configFile: string | null;
  /** A scenario whose fabric, workloads and events take the place of the stage. */
  readonly scenarioFile: string | null;
  readonly overrides: SpecOverrides;
  /** Print one JSON line on stdout when everything listens. */
  readonly json: boolean;
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

/** Reads the flags; prints help or a mistake and ends the process as commander does. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const program = new Command('weir-fabric')
    .description(
      'A simulated fabric that listens: one gNMI server per switch on loopback, ' +
        'workloads that report by OTLP, and a control API for faults and load.',
    )
    .option('-c, --config <file>', 'YAML file of kind Fabric; flags win over it')
    .option('--scenario <file>', 'scenario file: its fabric, workloads and events, in real time')
    .option('--stage <name>', 'demo (default) or plain')
    .option('--leaves <n>', 'leaves of a plain fabric', whole)
    .option('--spines <n>', 'spines of a plain fabric', whole)
    .option('--host-ports <n>', 'host ports of each leaf of a plain fabric', whole)
    .option('--seed <n>', 'seed of all that is random', whole)
    .option('--base-port <port>', 'gNMI port of the first switch; 0: free ports', whole)
    .option('--control-port <port>', 'port of the control API; 0: a free one', whole)
    .option('--otlp <host:port>', 'OTLP/gRPC receiver that the workloads report to')
    .option('--otlp-interval <ms>', 'time between reports', whole)
    .option('--json', 'one JSON line on stdout when everything listens', false)
    .addHelpText('after', '\nExit codes: 0 stopped by a signal, 1 could not start.')
    .allowExcessArguments(false);
  program.parse(argv);
  const options = program.opts<Record<string, unknown>>();
  const plain = Object.entries({
    stage: options['stage'],
    leaves: options['leaves'],
    spines: options['spines'],
    hostPortsPerLeaf: options['hostPorts'],
    seed: options['seed'],
  }).filter(([, value]) => value !== undefined);
  const overrides: Record<string, unknown> = Object.fromEntries(plain);
  // The size flags only mean something on a plain fabric.
  const sized = ['leaves', 'spines', 'hostPortsPerLeaf'].some((key) => key in overrides);
  if (sized && !('stage' in overrides)) overrides['stage'] = 'plain';
  if (options['basePort'] !== undefined) overrides['gnmi'] = { basePort: options['basePort'] };
  if (options['controlPort'] !== undefined) overrides['control'] = { port: options['controlPort'] };
  const otlp = {
    ...(options['otlp'] === undefined ? {} : { endpoint: options['otlp'] }),
    ...(options['otlpInterval'] === undefined ? {} : { intervalMs: options['otlpInterval'] }),
  };
  if (Object.keys(otlp).length > 0) overrides['otlp'] = otlp;
  return {
    scenarioFile: typeof options['scenario'] === 'string' ? options['scenario'] : null,
    configFile: typeof options['config'] === 'string' ? options['config'] : null,
    overrides,
    json: options['json'] === true,
  };
}
