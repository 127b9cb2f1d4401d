import { Module } from '@nestjs/common';
import { CommandClient } from './commands/command-client';
import { EventsController } from './events/events.controller';
import { NorthboundServer } from './grpc/northbound.server';
import { Explainer } from './read/explainer';
import { JournalReader } from './read/journal-reader';
import { ChangesController } from './rest/changes.controller';
import { ControlController } from './rest/control.controller';
import { IncidentsController } from './rest/incidents.controller';
import { IntentsController } from './rest/intents.controller';
import { JournalController } from './rest/journal.controller';
import { LearningController } from './rest/learning.controller';
import { ScoresController } from './rest/scores.controller';
import { SiteController } from './rest/site.controller';
import { StatusController } from './rest/status.controller';

/**
 * The `api` role: stateless. Commands go to the engine over the command bus, everything that is
 * read comes from the fold of the journal.
 */
@Module({
  controllers: [
    StatusController,
    IntentsController,
    ChangesController,
    IncidentsController,
    ControlController,
    SiteController,
    JournalController,
    ScoresController,
    LearningController,
    EventsController,
  ],
  providers: [CommandClient, JournalReader, Explainer, NorthboundServer],
  exports: [JournalReader, NorthboundServer],
})
export class ApiModule {}
