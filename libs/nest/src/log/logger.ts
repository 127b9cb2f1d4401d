import pino, { type DestinationStream, type Logger } from 'pino';
import { redact } from './redact';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Fields on every line, e.g. `{ version }`. */
  readonly base?: Readonly<Record<string, unknown>>;
  /** Default: standard output, written synchronously so that a crash loses no line. */
  readonly destination?: DestinationStream;
}

/** JSON lines: `time` in ms since the epoch, `level` as a word, a constant `msg`, and fields. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: options.base ?? null,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
      serializers: { err: pino.stdSerializers.err },
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

/** What Weir's own code logs through: a constant message plus fields. */
export interface LogPort {
  info(message: string, fields: Record<string, unknown>): void;
  warn(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

/** The port over pino. */
export function logPort(logger: Logger): LogPort {
  return {
    info: (message, fields) => {
      logger.info(fields, message);
    },
    warn: (message, fields) => {
      logger.warn(fields, message);
    },
    error: (message, fields) => {
      logger.error(fields, message);
    },
  };
}
