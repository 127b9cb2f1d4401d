import { request } from './http';

/** A scenario as the fabric tells it; see GET /scenarios. */
export interface ScenarioView {
  readonly name: string;
  readonly title: string;
  readonly story: string;
  readonly region: string;
  readonly leaves: readonly string[];
  readonly objective: {
    readonly workload: string;
    readonly class: string;
    readonly thresholdMs: number;
    readonly sources: readonly string[];
    readonly destinations: readonly string[];
  };
  readonly incident: readonly WorkloadView[];
}

export interface WorkloadView {
  readonly kind: string;
  readonly name: string;
  readonly class: string;
  readonly clients?: readonly string[];
  readonly workers?: readonly string[];
  readonly servers?: readonly string[];
  readonly steps?: readonly {
    readonly collective: {
      readonly algorithm: string;
      readonly servers?: readonly string[];
    } | null;
  }[];
}

/** The control API of weir-fabric. */
export class FabricClient {
  constructor(readonly url: string) {}

  async topology(): Promise<string> {
    return (await request('GET', `${this.url}/topology`)) as string;
  }

  async scenarios(): Promise<readonly ScenarioView[]> {
    return (await request('GET', `${this.url}/scenarios`)) as readonly ScenarioView[];
  }

  async workloads(): Promise<readonly { readonly spec: WorkloadView }[]> {
    return (await request('GET', `${this.url}/workloads`)) as { spec: WorkloadView }[];
  }

  async begin(scenario: string): Promise<void> {
    await request('POST', `${this.url}/scenarios/${scenario}/start`);
  }

  async end(scenario: string): Promise<void> {
    await request('POST', `${this.url}/scenarios/${scenario}/stop`);
  }

  async reportTo(endpoint: string): Promise<void> {
    await request('PUT', `${this.url}/otlp`, { endpoint });
  }

  /** Sets received by all switches together since the fabric started. */
  async setsReceived(): Promise<number> {
    const sets = (await request('GET', `${this.url}/sets`)) as Record<string, { received: number }>;
    return Object.values(sets).reduce((sum, entry) => sum + entry.received, 0);
  }

  /** Configuration leaves of a switch as one text, for comparison. */
  async config(device: string): Promise<string> {
    return JSON.stringify(await request('GET', `${this.url}/config/${device}`));
  }
}
