/** Writes static routes to a switch by gNMI, as an operator's own tool would. */
import { credentials } from '@grpc/grpc-js';
import { toProtoPath } from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';

const STATIC =
  '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]/static-routes';

export function leavesOf(routes) {
  return routes.flatMap(({ prefix, nextHops }) => {
    const route = `${STATIC}/static[prefix=${prefix}]`;
    return [
      [`${route}/config/prefix`, prefix],
      ...nextHops.flatMap((hop, index) => {
        const at = `${route}/next-hops/next-hop[index=${index}]`;
        return [
          [`${at}/config/index`, String(index)],
          [`${at}/config/next-hop`, hop.address],
          [`${at}/config/wecmp-weight`, String(hop.weight)],
          [`${at}/interface-ref/config/interface`, hop.interface],
        ];
      }),
    ];
  });
}

/** One Set; rejects with the target's answer. */
export function setRoutes(address, routes, timeoutMs = 5000) {
  const client = new gnmi.gNMIClient(address, credentials.createInsecure());
  const update = leavesOf(routes).map(([path, value]) => ({
    path: toProtoPath(path, 'openconfig'),
    val: { value: { $case: 'jsonIetfVal', value: Buffer.from(JSON.stringify(value)) } },
  }));
  const request = gnmi.SetRequest.fromPartial({ update });
  return new Promise((resolve, reject) => {
    client.set(request, { deadline: Date.now() + timeoutMs }, (error, response) => {
      client.close();
      if (error) reject(new Error(`gNMI Set on ${address}: ${error.details ?? error.message}`));
      else resolve(response);
    });
  });
}
