import { checkConfig, invalidArgument, type GnmiError, type LeafMap } from '@weir/gnmi';
import { interfacesOf, type FabricSpec, type SwitchSettings } from '@weir/sim';
import { initialConfig } from './initial-config';
import { settingsOf, type Platform } from './settings-of-config';

/**
 * The running configuration of one simulated switch and what its data plane makes of it. Applying
 * is all or nothing: a configuration that does not hold together, or that sends traffic out of a
 * port that is not there, changes nothing.
 */
export class SwitchImage {
  /** Queues with PFC and the buffer stay as they are at the start, as hardware does. */
  readonly platform: Platform;
  private running: LeafMap;
  private made: SwitchSettings;
  private readonly ports: ReadonlySet<string>;

  constructor(
    spec: FabricSpec,
    readonly device: string,
    initial: SwitchSettings,
  ) {
    this.platform = {
      sharedBufferBytes:
        spec.switches.find((entry) => entry.name === device)?.sharedBufferBytes ?? 0,
      lossless: (port, queue) => initial.queues.get(port)?.get(queue)?.lossless === true,
    };
    this.ports = new Set(interfacesOf(spec, device));
    this.running = initialConfig(spec, device, initial);
    this.made = settingsOf(this.running, this.platform);
  }

  get leaves(): LeafMap {
    return this.running;
  }

  get settings(): SwitchSettings {
    return this.made;
  }

  /** The violation that keeps a configuration out, as a gNMI target would state it, or null. */
  violation(config: LeafMap): GnmiError | null {
    return checkConfig(config) ?? this.unknownPort(settingsOf(config, this.platform));
  }

  /** Takes a whole new configuration; returns why not when it is refused. */
  apply(config: LeafMap): GnmiError | null {
    const violation = checkConfig(config);
    if (violation !== null) return violation;
    const settings = settingsOf(config, this.platform);
    const unknown = this.unknownPort(settings);
    if (unknown !== null) return unknown;
    this.running = config;
    this.made = settings;
    return null;
  }

  private unknownPort({ routes }: SwitchSettings): GnmiError | null {
    for (const [prefix, hops] of routes) {
      const hop = hops.find((one) => !this.ports.has(one.interface));
      if (hop !== undefined)
        return invalidArgument(`static ${prefix}: there is no interface ${hop.interface}`);
    }
    return null;
  }
}
