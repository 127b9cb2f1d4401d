import { createHash } from 'node:crypto';
import type { ExplanationView } from '@weir/contracts';
import { explain, ReadModel, readStory, recoverState } from '@weir/runtime';
import { CliError } from '../cli-error';
import { readable } from './journal-directory';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The same explanation as a daemon's, from its journal alone; nothing is written. */
export async function explainFromDirectory(
  dir: string,
  kind: ExplanationView['subject']['kind'],
  id: string,
): Promise<ExplanationView> {
  const explanation = await readable(dir, async (journal) => {
    // Why a snapshot cannot be used is for `weir journal verify` to say; the records tell the same.
    const { durable } = await recoverState(journal, sha256, { warn: () => undefined });
    const model = new ReadModel();
    model.restore(durable);
    const story = await readStory(journal, model, id, () => Promise.resolve());
    return story === null ? null : explain(story, null);
  });
  if (explanation !== null) return explanation as unknown as ExplanationView;
  throw new CliError({ code: 'not-found', reason: `no ${kind} is called ${id}`, where: dir });
}
