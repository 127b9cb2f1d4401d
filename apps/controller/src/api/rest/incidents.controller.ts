import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  API_PATHS,
  incidentViewSchema,
  listIncidentsQuerySchema,
  pageOf,
  type Page,
} from '@weir/contracts';
import type { Incident } from '@weir/core/model';
import { problem, RequiresRole } from '@weir/nest';
import { JournalReader } from '../read/journal-reader';
import { pageAfter } from '../read/page';
import { Answers } from '../../openapi/answers';
import { idParameterSchema } from './path-parameters';

interface ListQuery {
  readonly state?: 'open' | 'closed';
  readonly limit?: number;
  readonly after?: string;
}

@ApiTags('incidents')
@Controller()
export class IncidentsController {
  constructor(@Inject(JournalReader) private readonly reader: JournalReader) {}

  @Get(API_PATHS.incidents)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'Incidents, newest first.' })
  @Answers(pageOf(incidentViewSchema))
  list(@Query({ schema: listIncidentsQuerySchema }) query: ListQuery): Page<Incident> {
    const incidents = [...this.reader.model.incidents()]
      .reverse()
      .filter((incident) => query.state === undefined || incident.state === query.state);
    return pageAfter(incidents, (incident) => incident.id, query);
  }

  @Get(API_PATHS.incident)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'One incident: symptom, causes with evidence, changes, result.' })
  @Answers(incidentViewSchema)
  get(@Param('id', { schema: idParameterSchema }) id: string): Incident {
    const incident = this.reader.model.incident(id);
    if (incident === undefined)
      throw problem('not-found', 'path.id', `no incident is called ${id}`);
    return incident;
  }
}
