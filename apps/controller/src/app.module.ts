import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, Reflector } from '@nestjs/core';
import { ERROR_CODES, REMEDIES } from '@weir/core/base';
import {
  AccessGuard,
  DenialLog,
  IdempotencyInterceptor,
  IdempotencyStore,
  ProblemFilter,
  SchemaPipe,
  TokenAuthenticator,
} from '@weir/nest';
import { ApiModule } from './api/api.module';
import { EngineModule } from './engine/engine.module';
import { IngestModule } from './ingest/ingest.module';
import { OperateModule } from './operate/operate.module';
import { SouthboundModule } from './southbound/southbound.module';
import type { Context } from './wiring/context';
import { WiringModule } from './wiring/wiring.module';

const titles: Readonly<Record<string, string>> = ERROR_CODES;
const remedies: Readonly<Record<string, string>> = REMEDIES;

/** The daemon: telemetry ingest feeds the engine, which feeds the southbound; the API looks on. */
@Module({})
export class AppModule {
  static for(context: Context): DynamicModule {
    const has = (role: string): boolean => context.settings.roles.some((one) => one === role);
    return {
      module: AppModule,
      imports: [
        WiringModule.for(context),
        OperateModule,
        ...(has('ingest') ? [IngestModule] : []),
        ...(has('engine') ? [EngineModule.for(has('ingest'))] : []),
        ...(has('southbound') ? [SouthboundModule] : []),
        ...(has('api') ? [ApiModule] : []),
      ],
      providers: edgeProviders(context),
    };
  }
}

/** What every HTTP request passes: token and role, idempotency key, schema, problem details. */
function edgeProviders({ log, clock }: Context): NonNullable<DynamicModule['providers']> {
  return [
    {
      provide: APP_FILTER,
      useValue: new ProblemFilter({
        titleOf: (code) => titles[code] ?? code,
        remedyOf: (code) => remedies[code],
        log,
        denials: new DenialLog(log, () => clock.monotonicMs()),
      }),
    },
    {
      provide: APP_GUARD,
      useFactory: (reflector: Reflector, authenticator: TokenAuthenticator) =>
        new AccessGuard(reflector, authenticator),
      inject: [Reflector, TokenAuthenticator],
    },
    {
      provide: APP_INTERCEPTOR,
      useValue: new IdempotencyInterceptor(new IdempotencyStore(() => clock.monotonicMs())),
    },
    { provide: APP_PIPE, useValue: new SchemaPipe() },
  ];
}
