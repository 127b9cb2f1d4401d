import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/**
 * NestJS's own lines through pino. Its messages carry names and figures inside the text, so they
 * become a field, and the message stays constant; its chatter at start-up is `debug` for us.
 */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(fieldsOf(message, rest), 'framework');
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(fieldsOf(message, rest), 'framework');
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.trace(fieldsOf(message, rest), 'framework');
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn(fieldsOf(message, rest), 'framework warning');
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(fieldsOf(message, rest), 'framework error');
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.fatal(fieldsOf(message, rest), 'framework error');
  }
}

/** Nest passes (message, [stack], context); the context is the last string. */
function fieldsOf(message: unknown, rest: readonly unknown[]): Record<string, unknown> {
  const context = rest.at(-1);
  const fields: Record<string, unknown> =
    message instanceof Error ? { err: message } : { text: String(message) };
  if (typeof context === 'string') fields['context'] = context;
  if (rest.length > 1 && typeof rest[0] === 'string') fields['stack'] = rest[0];
  return fields;
}
