import type { gnmi } from '@weir/proto-gen';
import type { KernelCapabilities } from './kernel/capabilities';
import type { QosCapabilities } from './qos';

/** The models of Capabilities; what this kernel lacks is not among them. */
export function modelsOf(
  capabilities: KernelCapabilities,
  qos: QosCapabilities,
): readonly gnmi.ModelData[] {
  const model = (name: string, version: string): gnmi.ModelData => ({
    name,
    organization: 'OpenConfig working group',
    version,
  });
  return [
    model('openconfig-interfaces', '3.8.1'),
    model('openconfig-if-ethernet', '2.18.0'),
    model('openconfig-network-instance', '4.7.0'),
    model('openconfig-aft', '3.4.0'),
    ...(capabilities.nexthopGroups.available ? [model('openconfig-local-routing', '4.1.0')] : []),
    ...(qos.htb.available ? [model('openconfig-qos', '2.2.0')] : []),
  ];
}
