import type { EventEmitter } from 'node:events';
import type { Command, Option } from 'commander';
import { processIo } from '../io';
import { buildProgram } from '../program';
import { Session } from '../session';

/** Markdown of every command with its arguments and options, in the order of `--help`. */
export function cliReference(program: Command = buildProgram(new Session(processIo()))): string {
  return [
    '# Command line',
    '',
    `${program.description()} Every command takes the options in the first table.`,
    '',
    ...optionTable(program.options),
    ...HABITS,
    ...program.commands.flatMap((command) => section(command, program.name())),
  ].join('\n');
}

const HABITS = [
  'Flags win over environment variables, these over defaults. Data goes to stdout, remarks and',
  'errors to stderr. Exit codes: 0 done, 1 error, 2 a plan with changes, 3 missed expectations.',
  '',
];

function section(command: Command, parent: string): string[] {
  const name = `${parent} ${command.name()}`;
  if (command.commands.length > 0) return command.commands.flatMap((sub) => section(sub, name));
  const usage = command.registeredArguments
    .map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`))
    .join(' ');
  const choices = command.registeredArguments
    .filter((argument) => argument.argChoices)
    .map((argument) => `\`<${argument.name()}>\`: ${(argument.argChoices ?? []).join(', ')}.`);
  return [
    `## ${name}`,
    '',
    `\`${name}${usage ? ` ${usage}` : ''}\``,
    '',
    `${sentence(command.description())}${exitCodes(command)}`,
    '',
    ...(choices.length > 0 ? [choices.join(' '), ''] : []),
    ...optionTable(command.options),
  ];
}

/** What `--help` adds after the options: exit codes, and whether it works without a daemon. */
function exitCodes(command: Command): string {
  let added = '';
  const capture = { error: false, write: (text: string) => (added += text), command };
  // Commander keeps these texts as listeners of its help event; its types hide the emitter.
  (command as unknown as EventEmitter).emit('afterHelp', capture);
  return added.trim() ? ` ${added.trim()}` : '';
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

function optionTable(options: readonly Option[]): string[] {
  if (options.length === 0) return [];
  return [
    '| Option | Meaning |',
    '| --- | --- |',
    ...options.map((option) => `| \`${option.flags}\` | ${escape(optionText(option))} |`),
    '',
  ];
}

function optionText(option: Option): string {
  const parts = [sentence(option.description)];
  if (option.argChoices) parts.push(`One of ${option.argChoices.join(', ')}.`);
  const fallback: unknown = option.defaultValue;
  if (typeof fallback === 'number' || typeof fallback === 'string')
    parts.push(`Default: ${fallback}.`);
  if (option.mandatory) parts.push('Required.');
  return parts.join(' ');
}

const escape = (text: string): string => text.replace(/\|/g, '\\|');
