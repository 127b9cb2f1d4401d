import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  API_PATHS,
  journalQuerySchema,
  journalRecordSchema,
  journalVerificationSchema,
  pageOf,
  type Page,
} from '@weir/contracts';
import type { JournalRecord } from '@weir/core/model';
import type { JournalVerification } from '@weir/core/ports';
import { RequiresRole } from '@weir/nest';
import { JournalReader } from '../read/journal-reader';
import { DEFAULT_PAGE_SIZE } from '../read/page';
import { Answers } from '../../openapi/answers';

@ApiTags('journal')
@Controller()
export class JournalController {
  private verifying: Promise<JournalVerification> | null = null;

  constructor(@Inject(JournalReader) private readonly reader: JournalReader) {}

  @Get(API_PATHS.journal)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'Records in order, from a sequence.' })
  @Answers(pageOf(journalRecordSchema))
  async list(
    @Query({ schema: journalQuerySchema })
    query: {
      readonly from?: number;
      readonly limit?: number;
    },
  ): Promise<Page<JournalRecord>> {
    const limit = query.limit ?? DEFAULT_PAGE_SIZE;
    const items: JournalRecord[] = [];
    for await (const record of this.reader.journal.read(query.from ?? 1)) {
      // One more than asked for tells whether there is a next page.
      if (items.length === limit) return { items, next: String(record.sequence) };
      items.push(record);
    }
    return { items, next: null };
  }

  @Get(API_PATHS.journalVerify)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'Checks the hash chain from the first record to the last.' })
  @Answers(journalVerificationSchema)
  verify(): Promise<JournalVerification> {
    // It reads the whole journal: those who ask at the same time share one run.
    this.verifying ??= this.reader.journal.verify().finally(() => {
      this.verifying = null;
    });
    return this.verifying;
  }
}
