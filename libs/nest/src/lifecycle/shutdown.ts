import type { LogPort } from '../log/logger';

export interface ShutdownOptions {
  /** Ends everything in order; called once. */
  readonly stop: (reason: string) => Promise<void>;
  /** After this time the process exits with code 1 whatever is still open. */
  readonly deadlineMs: number;
  readonly log: LogPort;
  readonly exit: (code: number) => void;
  readonly signals?: readonly NodeJS.Signals[];
}

export interface Shutdown {
  /** Asks for the end from inside, e.g. when the lease is lost. Only the first reason counts. */
  request(reason: string, exitCode: number): void;
  /** Takes the signal handlers and the deadline away again. */
  dispose(): void;
}

/**
 * One orderly end: the first signal stops, a second one exits at once (code 130), and a stop that
 * hangs is cut off at the deadline.
 */
export function installShutdown(options: ShutdownOptions): Shutdown {
  const { log, exit, deadlineMs } = options;
  const signals = options.signals ?? ['SIGTERM', 'SIGINT'];
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;

  const request = (reason: string, exitCode: number): void => {
    if (stopping) return;
    stopping = true;
    log.info('stopping', { reason, deadlineMs });
    timer = setTimeout(() => {
      log.error('stop took too long', { deadlineMs });
      exit(1);
    }, deadlineMs);
    options.stop(reason).then(
      () => {
        clearTimeout(timer);
        log.info('stopped', { reason });
        exit(exitCode);
      },
      (error: unknown) => {
        clearTimeout(timer);
        log.error('stop failed', { err: error });
        exit(1);
      },
    );
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) {
      log.warn('second signal, exiting at once', { signal });
      exit(130);
      return;
    }
    request(signal, 0);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    request,
    dispose: () => {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
