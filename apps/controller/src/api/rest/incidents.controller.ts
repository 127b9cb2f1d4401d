import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  API_PATHS,
  explanationSchema,
  incidentViewSchema,
  listIncidentsQuerySchema,
  pageOf,
  type Page,
} from '@weir/contracts';
import type { Incident } from '@weir/core/model';
import { problem, RequiresRole } from '@weir/nest';
import type { Explanation } from '@weir/runtime';
import { Explainer } from '../read/explainer';
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
  constructor(
    @Inject(JournalReader) private readonly reader: JournalReader,
    @Inject(Explainer) private readonly explainer: Explainer,
  ) {}

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

  @Get(API_PATHS.incidentExplanation)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'What was seen, why, and what was done about it or was not.' })
  @Answers(explanationSchema)
  explain(@Param('id', { schema: idParameterSchema }) id: string): Promise<Explanation> {
    return this.explainer.explain('incident', id);
  }
}
