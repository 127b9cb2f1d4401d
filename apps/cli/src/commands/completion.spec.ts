import { execFileSync } from 'node:child_process';
import { cliReference } from '../reference';
import { everyCommand, buildProgram } from '../program';
import { processIo } from '../io';
import { Session } from '../session';
import { weir } from '../testing/weir';

describe('weir completion', () => {
  let script: string;
  beforeAll(async () => {
    script = (await weir(['completion'])).stdout;
  });

  /** What bash offers after these words, the last one being typed. */
  const complete = (...words: string[]): string[] => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const call = `COMP_WORDS=(weir ${quoted}); COMP_CWORD=${words.length}; _weir; echo "\${COMPREPLY[@]}"`;
    const shell = execFileSync('bash', ['-c', `${script}\n${call}`], { encoding: 'utf8' });
    return shell.trim().split(' ').filter(Boolean);
  };

  it.each([
    [['sta'], ['status']],
    [['get', 'inc'], ['incidents']],
    [['get', 'chan'], ['changes']],
    [['describe', 'dra'], ['drain']],
    [['explain', 'dra'], ['drain']],
    [['explain', 'chg-7', '--di'], ['--dir']],
    [['mode', ''], expect.arrayContaining(['list', 'set'])],
    [['mode', 'set', 'ru'], ['rule']],
    [['mode', 'set', 'rule', 'reroute', 'sug'], ['suggest']],
    [['get', 'changes', '--sel'], ['--selector']],
    [['-o', 'js'], ['json']],
    [
      ['get', 'changes', '-o', ''],
      ['table', 'wide', 'json', 'yaml', 'name'],
    ],
    [['journal', 'verify', '--di'], ['--dir']],
    [['frobnicate', 'x'], []],
  ])('completes %j', (words, expected) => {
    expect(complete(...words)).toEqual(expected);
  });
});

describe('reference page', () => {
  const program = buildProgram(new Session(processIo()));

  it('has a section for every command and a row for every option', () => {
    const page = cliReference(program);
    for (const command of everyCommand(program)) {
      if (command.commands.length === 0 && command !== program)
        expect(page).toMatch(new RegExp(`^## weir (\\w+ )?${command.name()}$`, 'm'));
      for (const option of command.options) expect(page).toContain(`\`${option.flags}\``);
    }
    expect(page).toContain('Exit codes: 0 nothing to change, 1 error or a plan');
    expect(page).toContain('`<mode>`: off, observe, suggest, approve, auto.');
  });

  it('is the same every time', () => {
    expect(cliReference()).toBe(cliReference(program));
  });
});
