import type { ConfigImage } from '@weir/core/model';
import { checkConfig } from '@weir/gnmi';
import { initialConfig, settingsOf } from '@weir/openconfig-switch';
import { interfacesOf, type FabricSpec, type SwitchSettings } from '@weir/sim';

interface Known {
  readonly device: string;
  readonly inForce: SwitchSettings;
  readonly settings: SwitchSettings;
}

/** Translation between what a switch is configured with and what its data plane does. */
export class ImageCodec {
  private readonly buffers: ReadonlyMap<string, number>;
  /** What was made of an image: it is checked and then taken over, and it is large. */
  private readonly known = new WeakMap<ConfigImage, Known>();

  constructor(private readonly spec: FabricSpec) {
    this.buffers = new Map(spec.switches.map((entry) => [entry.name, entry.sharedBufferBytes]));
  }

  /** The configuration that a switch has with these settings. */
  imageOf(device: string, settings: SwitchSettings): ConfigImage {
    return initialConfig(this.spec, device, settings);
  }

  /** What the data plane makes of a configuration; PFC, which it cannot say, stays as it is. */
  settingsOf(device: string, image: ConfigImage, inForce: SwitchSettings): SwitchSettings {
    const known = this.known.get(image);
    if (known !== undefined && known.device === device && known.inForce === inForce)
      return known.settings;
    const settings = settingsOf(image, {
      sharedBufferBytes: this.buffers.get(device) ?? 0,
      lossless: (port, queue) => inForce.queues.get(port)?.get(queue)?.lossless ?? false,
    });
    this.known.set(image, { device, inForce, settings });
    return settings;
  }

  /** Why a switch would refuse this configuration, or null. */
  violation(device: string, image: ConfigImage, inForce: SwitchSettings): string | null {
    const refused = checkConfig(image);
    if (refused !== null) return refused.message;
    const ports = new Set(interfacesOf(this.spec, device));
    for (const [prefix, hops] of this.settingsOf(device, image, inForce).routes) {
      const hop = hops.find((one) => !ports.has(one.interface));
      if (hop !== undefined) return `static ${prefix}: there is no interface ${hop.interface}`;
    }
    return null;
  }
}
