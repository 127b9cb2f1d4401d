import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { API_PATHS, LAST_EVENT_ID_HEADER } from '@weir/contracts';
import { problem, RequiresRole } from '@weir/nest';
import type { ServerResponse } from 'node:http';
import { JournalReader } from '../read/journal-reader';
import { EventStream } from './event-stream';

const MAX_STREAMS = 256;

/** Journal records as server-sent events: `id` is the sequence, `event` the kind of the record. */
@ApiTags('events')
@Controller()
export class EventsController {
  private readonly streams = new Set<EventStream>();

  constructor(@Inject(JournalReader) private readonly reader: JournalReader) {}

  @Get(API_PATHS.events)
  @RequiresRole('viewer')
  @ApiOperation({ summary: 'New journal records as they come; resumes after Last-Event-ID.' })
  @ApiHeader({ name: LAST_EVENT_ID_HEADER, required: false })
  @ApiProduces('text/event-stream')
  async events(
    @Headers(LAST_EVENT_ID_HEADER) lastId: string | undefined,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const last = await this.lastSeen(lastId);
    if (this.streams.size >= MAX_STREAMS)
      throw problem('limit-exceeded', '', `more than ${MAX_STREAMS} event streams are open`);
    if (response.destroyed) return;
    const stream = new EventStream(this.reader, response);
    this.streams.add(stream);
    response.on('close', () => {
      stream.end();
    });
    try {
      await stream.run(last + 1);
    } finally {
      this.streams.delete(stream);
    }
  }

  /** Clients connect again and resume. */
  endStreams(): void {
    for (const stream of this.streams) stream.end();
  }

  private async lastSeen(text: string | undefined): Promise<number> {
    const newest = await this.reader.journal.lastSequence();
    if (text === undefined || text === '') return newest;
    const sequence = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (sequence <= newest) return sequence;
    const reason = `a journal sequence from 0 to ${newest} is expected`;
    throw problem('request-invalid', `header.${LAST_EVENT_ID_HEADER}`, reason);
  }
}
