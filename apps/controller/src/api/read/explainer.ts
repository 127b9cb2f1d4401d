import { Inject, Injectable } from '@nestjs/common';
import { problem } from '@weir/nest';
import { explain, readStory, type Explanation } from '@weir/runtime';
import type { SiteStore } from '../../boot/site-store';
import { SITES } from '../../wiring/tokens';
import { JournalReader } from './journal-reader';

const othersFirst = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Why something was done, from the fold of the journal and its records. */
@Injectable()
export class Explainer {
  constructor(
    @Inject(JournalReader) private readonly reader: JournalReader,
    @Inject(SITES) private readonly sites: SiteStore,
  ) {}

  /** Throws the problem `not-found`. */
  async explain(kind: Explanation['subject']['kind'], id: string): Promise<Explanation> {
    const told = await this.find(id);
    if (told?.subject.kind === kind) return told;
    throw problem('not-found', 'path.id', `no ${kind} is called ${id}`);
  }

  /** Of a change or an incident; null when there is none of that name. */
  async find(id: string): Promise<Explanation | null> {
    const story = await readStory(this.reader.journal, this.reader.model, id, othersFirst);
    return story === null ? null : explain(story, this.sites.current.policy);
  }
}
