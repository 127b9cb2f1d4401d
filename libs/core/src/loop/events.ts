import type {
  Action,
  Change,
  Command,
  CommandResult,
  CompiledIntent,
  DeviceOperation,
  IntentResource,
  OperationReport,
  TelemetryFrame,
} from '../model';
import type { SolvedSplit, SplitProgram } from '../ports';

/** What wakes a pass. Events only mark what is new; each pass reads the whole state again. */
export type LoopEvent =
  /** First event of a process that became the engine: unfinished changes are taken up. */
  | {
      readonly kind: 'started';
      readonly epoch: number;
      readonly version: string;
      readonly configHash: string;
    }
  /** The environment of the pass has another policy from now on. */
  | { readonly kind: 'policy-replaced' }
  /** A snapshot of the state as of a record is ready; the chain has to vouch for it. */
  | {
      readonly kind: 'snapshot-written';
      readonly sequence: number;
      readonly hash: string;
      readonly digest: string;
    }
  | { readonly kind: 'tick'; readonly frame: TelemetryFrame | null }
  | { readonly kind: 'report'; readonly report: OperationReport }
  /** What an exact solver came to; null with the reason when it came to nothing. */
  | {
      readonly kind: 'solved';
      readonly id: string;
      readonly answer: SolvedSplit | null;
      readonly reason: string;
    }
  | { readonly kind: 'command'; readonly requestId: string; readonly command: Command };

/** What a pass asks the runtime to do, after the records of the pass are durable. */
export type LoopEffect =
  | { readonly kind: 'operate'; readonly operation: DeviceOperation }
  /** To be answered by a `solved` event of the same id; nothing waits for it. */
  | {
      readonly kind: 'solve';
      readonly id: string;
      readonly program: SplitProgram;
      readonly limitMs: number;
    }
  | { readonly kind: 'reply'; readonly requestId: string; readonly result: CommandResult };

/** What a command asks the later stages to decide and validate. */
export type DecisionRequest =
  | {
      readonly kind: 'propose';
      readonly requestId: string;
      readonly action: Action;
      readonly objectiveId: string | null;
      readonly planHash: string | null;
      readonly dryRun: boolean;
      readonly by: string;
    }
  /** Dry run of an intent: which changes it would cause. */
  | {
      readonly kind: 'intent';
      readonly requestId: string;
      readonly intent: IntentResource;
      readonly compiled: CompiledIntent;
    }
  /** Dry run of taking an intent back: which of its changes would be undone. */
  | {
      readonly kind: 'restore';
      readonly requestId: string;
      readonly intent: IntentResource;
      readonly changes: readonly Change[];
    };
