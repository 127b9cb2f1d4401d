import { apiPath, pageOf, scoreViewSchema, shadowViewSchema } from '@weir/contracts';
import type { Command } from 'commander';
import type { Session } from '../session';
import { scoresText } from '../views/scores-text';
import { shadowList } from '../views/shadow-list';
import { integerOption } from './option-values';
import { listAll } from './resources';

interface ScoresOptions {
  readonly decisions?: boolean;
  readonly limit: number;
}

export function addScoresCommand(program: Command, session: Session): void {
  program
    .command('scores')
    .description('show what decisions came to, by rule and group of devices')
    .option('--decisions', 'instead: the decisions that were not carried out, one by one')
    .option('--limit <count>', 'newest decisions at most', integerOption, 100)
    .action(async ({ decisions, limit }: ScoresOptions, command: Command) => {
      const client = session.client(command);
      const printer = session.printer(command);
      if (decisions === true) {
        const shadows = await listAll(client, apiPath('shadows'), shadowViewSchema, {}, limit);
        return printer.list(shadowList(session.io.nowMs()), shadows);
      }
      const { items } = await client.get(apiPath('scores'), pageOf(scoreViewSchema));
      printer.result({ items }, () => scoresText(items));
    });
}
