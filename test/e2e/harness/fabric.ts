import { call, type Answer } from './http';
import { Program } from './program';

type Leaves = Readonly<Record<string, string | number | boolean>>;
export type Faults = Partial<{
  slowMs: number;
  hang: boolean;
  failAfterApply: number;
  failBeforeApply: number;
  mute: boolean;
  pretend: number;
  slowApplyMs: number;
  slowAnswerMs: number;
  stormFactor: number;
  ignoreExtensions: boolean;
}>;

export const NO_FAULTS: Required<Faults> = {
  slowMs: 0,
  hang: false,
  failAfterApply: 0,
  failBeforeApply: 0,
  mute: false,
  pretend: 0,
  slowApplyMs: 0,
  slowAnswerMs: 0,
  stormFactor: 1,
  ignoreExtensions: false,
};

const START_MS = 120_000;

/** `weir-fabric` as a process: real gNMI servers, and a control API to look behind them. */
export class Fabric {
  private constructor(
    readonly program: Program,
    /** Where the control API listens. */
    readonly controlUrl: string,
  ) {}

  static async start(...args: readonly string[]): Promise<Fabric> {
    const program = Program.start('fabric', ['--json', ...args]);
    try {
      const line = await program.line((text) => text.startsWith('{"control"'), START_MS);
      return new Fabric(program, (JSON.parse(line) as { control: string }).control);
    } catch (error) {
      await program.stop('SIGKILL');
      throw error;
    }
  }

  /** The fabric as a topology file for the daemon, with the ports that the switches listen on. */
  async topology(): Promise<string> {
    return (await this.get('/topology')).text;
  }

  /** All configuration leaves of a switch, as the switch itself holds them. */
  async config(device: string): Promise<Leaves> {
    return (await this.get(`/config/${device}`)).body as Leaves;
  }

  async configs(devices: readonly string[]): Promise<Readonly<Record<string, Leaves>>> {
    const all = await Promise.all(devices.map(async (id) => [id, await this.config(id)] as const));
    return Object.fromEntries(all);
  }

  async setsReceived(): Promise<number> {
    const sets = (await this.get('/sets')).body as Record<string, { received: number }>;
    return Object.values(sets).reduce((sum, { received }) => sum + received, 0);
  }

  async pendingCommits(): Promise<readonly string[]> {
    const switches = (await this.get('/switches')).body as { pendingCommit: string | null }[];
    return switches.flatMap(({ pendingCommit }) => pendingCommit ?? []);
  }

  async setFaults(device: string, faults: Faults): Promise<void> {
    await this.expectOk('PUT', `/switches/${device}/faults`, faults);
  }

  async act(device: string, verb: 'kill' | 'restore' | 'reboot' | 'drop-sessions'): Promise<void> {
    await this.expectOk('POST', `/switches/${device}/${verb}`, {});
  }

  stop(): Promise<unknown> {
    return this.program.stop();
  }

  private get(path: string): Promise<Answer> {
    return this.expectOk('GET', path);
  }

  private async expectOk(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await call(this.controlUrl, method, path, body);
    if (answer.status >= 400) throw new Error(`fabric ${method} ${path}: ${answer.text}`);
    return answer;
  }
}
