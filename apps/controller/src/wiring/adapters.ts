import type { Result } from '@weir/core/base';
import type { Policy, Topology } from '@weir/core/model';
import type {
  DeviceProfile,
  DeviceWriter,
  IntentKind,
  TelemetrySink,
  TelemetrySource,
  WorkloadSink,
} from '@weir/core/ports';

/** A policy in force and its source text. */
export interface LoadedPolicy extends Policy {
  readonly text: string;
}

/** What exists in this build: readers of files, and the names that files may refer to. */
export interface Catalog {
  readonly profiles: ReadonlyMap<string, DeviceProfile>;
  readonly intentKinds: ReadonlyMap<string, IntentKind>;
  readonly defaultPolicyText: string;
  readTopology(text: string): Result<Topology>;
  /** Compiles, and runs the examples that the policy carries. */
  readPolicy(text: string): Result<LoadedPolicy>;
}

/** A telemetry source that listens. */
export interface ListeningSource extends TelemetrySource {
  readonly port: number;
}

/** The edge towards devices and workloads, made anew for each topology. */
export interface Edge {
  deviceWriter(topology: Topology): DeviceWriter;
  networkTelemetry(topology: Topology, sink: TelemetrySink): TelemetrySource;
  workloadTelemetry(sink: WorkloadSink): ListeningSource;
}
