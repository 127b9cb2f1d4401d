import { apiPath, explanationSchema, type ExplanationView } from '@weir/contracts';
import { findIntentKind, intentKinds } from '@weir/intents';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { explainFromDirectory } from '../offline/explain-directory';
import type { Printer } from '../output/printer';
import type { Session } from '../session';
import { explanationText } from '../views/explanation-text';
import { meaningOf, remedyOf } from '../views/remedy';
import { notFound } from './resources';

export function addExplainCommand(program: Command, session: Session): void {
  program
    .command('explain <what>')
    .description(
      'say why a change (chg-7) was made or what became of an incident (inc-3), what a kind of ' +
        'intent is for, or what an error code means',
    )
    .option('--dir <directory>', 'for a change or incident: read this journal, not the daemon')
    .addHelpText('after', '\nKinds of intent and error codes are explained without a daemon.')
    .action(async (what: string, { dir }: { readonly dir?: string }, command: Command) => {
      const printer = session.printer(command);
      const subject = subjectOf(what);
      if (subject === null) return explainWord(printer, what);
      const { kind, id } = subject;
      const explanation =
        dir === undefined
          ? await session.client(command).get(pathOf(kind, id), explanationSchema)
          : await explainFromDirectory(dir, kind, id);
      printer.result(explanation, () => explanationText(explanation, printer.style));
    });
}

type Kind = ExplanationView['subject']['kind'];

const pathOf = (kind: Kind, id: string): string =>
  apiPath(kind === 'change' ? 'changeExplanation' : 'incidentExplanation', { id });

/** Reads `chg-7`, `inc-3`, and both as `-o name` prints them; null when it is neither. */
function subjectOf(what: string): { readonly kind: Kind; readonly id: string } | null {
  const [, id = '', word] = /^(?:change\/|incident\/)?((chg|inc)-\d+)$/.exec(what) ?? [];
  if (word === undefined) return null;
  return { kind: word === 'chg' ? 'change' : 'incident', id };
}

function explainWord(printer: Printer, word: string): void {
  const meaning = meaningOf(word);
  if (meaning !== null) {
    const remedy = remedyOf(word);
    const text = `${meaning}\nWhat to do: ${remedy}`;
    return printer.result({ code: word, meaning, remedy }, () => text);
  }
  const kind = findIntentKind(word);
  if (!kind) throw notFound('kind of intent', word, [...intentKinds.keys()]);
  const { description, shortNames, example } = kind;
  printer.result({ kind: kind.kind, description, shortNames, example }, () =>
    [
      `${kind.kind}: ${description}`,
      `Short names: ${shortNames.join(', ')}`,
      '',
      stringify(example),
    ].join('\n'),
  );
}
