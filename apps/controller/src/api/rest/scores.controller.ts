import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  API_PATHS,
  listShadowsQuerySchema,
  pageOf,
  scoreViewSchema,
  shadowViewSchema,
  type Page,
} from '@weir/contracts';
import type { RuleScore, Shadow } from '@weir/core/model';
import { RequiresRole } from '@weir/nest';
import { Answers } from '../../openapi/answers';
import { JournalReader } from '../read/journal-reader';
import { pageAfter } from '../read/page';

interface ListQuery {
  readonly limit?: number;
  readonly after?: string;
}

@ApiTags('scores')
@Controller()
export class ScoresController {
  constructor(@Inject(JournalReader) private readonly reader: JournalReader) {}

  @Get(API_PATHS.scores)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'What became of decisions, by rule and group of devices.' })
  @Answers(pageOf(scoreViewSchema))
  scores(): Page<RuleScore> {
    return { items: [...this.reader.model.scores()], next: null };
  }

  @Get(API_PATHS.shadows)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'Decisions that were not carried out, newest first.' })
  @Answers(pageOf(shadowViewSchema))
  shadows(@Query({ schema: listShadowsQuerySchema }) query: ListQuery): Page<Shadow> {
    const shadows = [...this.reader.model.shadows()].reverse();
    return pageAfter(shadows, (shadow) => shadow.id, query);
  }
}
