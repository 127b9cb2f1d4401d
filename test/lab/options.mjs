/** Command line of the lab. */
import { parseArgs } from 'node:util';

const KERNELS = ['running', 'uml'];

const helpOf = (scenarios) => `Usage: npm run lab -- [options]     (as root)

Two spines, three leaves and six hosts as network namespaces, rate-limited links, real TCP.

  --only <names>   scenarios, separated by commas (default: all that are not in brackets)
${scenarios.map((item) => `                   ${item.order === null ? `(${item.name})` : item.name}: ${item.about}`).join('\n')}
  --rounds <n>     rounds of each incident, the loop off and on by turns (default: 1)
  --kernel <k>     ${KERNELS.join(' | ')}; default: the running kernel where it has what a scenario
                   needs, else User-mode Linux
  --small          a shorter form where a scenario has one
  --setup          install what is missing first (apt-get)
  --json           print one JSON object on stdout
  --keep-logs      keep the directories with the logs of all programs
  --help           this text

Exit codes: 0 shown, 1 not shown, 2 cannot run here.
`;

/**
 * The options with `chosen` scenarios; `{help}` when help was asked for. Says what is wrong with a
 * bad command line and ends the process with code 2.
 */
export function readOptions(scenarios) {
  const help = helpOf(scenarios);
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        rounds: { type: 'string', default: '1' },
        kernel: { type: 'string' },
        small: { type: 'boolean', default: false },
        setup: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        'keep-logs': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { help };
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20)
      throw new Error(`--rounds: "${values.rounds}" is not a number from 1 to 20`);
    const kernel = values.kernel ?? null;
    if (kernel !== null && !KERNELS.includes(kernel))
      throw new Error(`--kernel: "${kernel}" is not one of ${KERNELS.join(', ')}`);
    return { ...values, help: undefined, rounds, kernel, chosen: chosen(scenarios, values.only) };
  } catch (error) {
    process.stderr.write(`lab: ${error.message}\n\n${help}`);
    process.exit(2);
  }
}

function chosen(scenarios, only) {
  if (only === undefined) return scenarios.filter((item) => item.order !== null);
  return only.split(',').map((name) => {
    const found = scenarios.find((item) => item.name === name);
    const names = scenarios.map((item) => item.name).join(', ');
    if (found === undefined) throw new Error(`--only: "${name}" is not one of ${names}`);
    return found;
  });
}
