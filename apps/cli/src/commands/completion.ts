import type { Command } from 'commander';
import { intentKinds } from '@weir/intents';
import type { Session } from '../session';
import { RESOURCES } from './resources';

export function addCompletionCommand(program: Command, session: Session): void {
  program
    .command('completion')
    .description('print a completion script: source <(weir completion)')
    .action((_: unknown, command: Command) => {
      session.printer(command).text(bashCompletion(program));
    });
}

const longOptions = (command: Command): string[] =>
  command.options.flatMap((option) => (option.long ? [option.long] : []));

/** Words that may follow each command, by the command's full name. */
function wordsOf(program: Command): [string, string[]][] {
  const globals = [...longOptions(program), '--help'];
  const entries: [string, string[]][] = [];
  const visit = (command: Command, name: string): void => {
    const subcommands = command.commands.map((sub) => sub.name());
    const values = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
    const types = ['get', 'describe', 'delete'].includes(name)
      ? typeWords()
      : name === 'explain'
        ? kindWords()
        : [];
    const words = [...subcommands, ...types, ...values, ...longOptions(command), ...globals];
    entries.push([name, [...new Set(words)]]);
    for (const sub of command.commands) visit(sub, `${name} ${sub.name()}`.trim());
  };
  visit(program, '');
  return entries;
}

const kindWords = (): string[] => [...intentKinds.keys()].map((kind) => kind.toLowerCase());
const typeWords = (): string[] => [...Object.keys(RESOURCES), ...kindWords()];

/** A bash script without calls back to weir, so that completion never waits for a server. */
function bashCompletion(program: Command): string {
  const cases = wordsOf(program).map(
    ([name, words]) => `    ${JSON.stringify(name)}) words=${JSON.stringify(words.join(' '))} ;;`,
  );
  return [
    '# bash completion for weir; put it in /etc/bash_completion.d or source it',
    '_weir() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" path="" word words=""',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$word" in -*) ;; *) path="${path:+$path }$word" ;; esac',
    '  done',
    '  while :; do',
    '    case "$path" in',
    ...cases,
    '    esac',
    '    [ -n "$words" ] || [ -z "$path" ] && break',
    '    case "$path" in *" "*) path="${path% *}" ;; *) path="" ;; esac',
    '  done',
    '  case "${COMP_WORDS[COMP_CWORD-1]}" in',
    '    -f|--filename|--dir) COMPREPLY=($(compgen -f -- "$current")); return ;;',
    '    -o|--output) words="table wide json yaml name" ;;',
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o filenames -F _weir weir',
    '',
  ].join('\n');
}
