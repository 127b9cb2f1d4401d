/**
 * Messages and grpc-js service definitions generated from proto/ by `npm run proto`, as one
 * namespace per protocol. Everything below src/generated is overwritten; nothing is edited there.
 *
 * 64-bit integers are bigint, a oneof is `{ $case, value } | undefined`, `create()` fills in
 * defaults, `encode(message).finish()` and `decode(bytes)` are the wire format.
 */
export * as gnmi from './generated/gnmi/gnmi';
export * as gnmiExt from './generated/gnmi_ext/gnmi_ext';
export * as gobgp from './generated/gobgp/gobgp';
export * as gobgpAttribute from './generated/gobgp/attribute';
export { Any } from './generated/google/protobuf/any';
export * as otlpCollector from './generated/opentelemetry/proto/collector/metrics/v1/metrics_service';
export * as otlpMetrics from './generated/opentelemetry/proto/metrics/v1/metrics';
export * as otlpCommon from './generated/opentelemetry/proto/common/v1/common';
export * as otlpResource from './generated/opentelemetry/proto/resource/v1/resource';
export * as northbound from './generated/weir/v1/northbound';
