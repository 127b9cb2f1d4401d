import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TokenAuthenticator } from '@weir/nest';
import type { Context } from './context';
import * as tokens from './tokens';

/** Gives every module the ports, as chosen by the configuration. */
@Global()
@Module({})
export class WiringModule {
  static for(context: Context): DynamicModule {
    const values: readonly [symbol | typeof TokenAuthenticator, unknown][] = [
      [tokens.SETTINGS, context.settings],
      [tokens.SITES, context.sites],
      [tokens.SECRETS, context.secrets],
      [tokens.CERTIFICATES, context.certificates],
      [tokens.CATALOG, context.catalog],
      [tokens.EDGE, context.edge],
      [tokens.BACKBONE, context.backbone],
      [tokens.CLOCK, context.clock],
      [tokens.TIMERS, context.timers],
      [tokens.METRICS, context.metrics],
      [tokens.LOG, context.log],
      [tokens.PHASES_TOKEN, context.phases],
      [tokens.CRASH_POINT, context.crashPoint],
      [tokens.STOP_REQUEST, context.requestStop],
      [TokenAuthenticator, new TokenAuthenticator(context.secrets.tokens)],
    ];
    const providers = values.map(([provide, useValue]) => ({ provide, useValue }));
    return { module: WiringModule, providers, exports: values.map(([token]) => token) };
  }
}
