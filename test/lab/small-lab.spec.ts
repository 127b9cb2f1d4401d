import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The lab's own JSON of one scenario, as far as it is looked at here. */
interface Shown {
  readonly ok: boolean;
  readonly failure: string | null;
  readonly checks?: readonly { readonly what: string; readonly held: boolean }[];
}

const SCENARIOS = ['small-reroute', 'harmful', 'agent-killed', 'controller-killed'] as const;
const LAB = join(__dirname, 'run.mjs');

// Real packets need root, namespaces and programs that not every machine has.
const skipReasons = reasonsNotToRun();
if (skipReasons.length > 0) console.warn(`small-lab.spec: skipped, ${skipReasons.join('; ')}`);
// The reasons are printed above.
const describeLab = skipReasons.length === 0 ? describe : describe.skip;

// Each takes well under a minute on an idle machine; nothing in them is compared with a time.
jest.setTimeout(240_000);

describeLab('the lab in small: real packets, real switches, the real daemon', () => {
  it.each(SCENARIOS)('%s', async (scenario) => {
    const { shown, log } = await runLab(scenario);
    const missed = (shown.checks ?? []).filter((check) => !check.held).map(({ what }) => what);
    if (!shown.ok || missed.length > 0) throw new Error([shown.failure, ...missed, log].join('\n'));
    expect(shown.checks?.length).toBeGreaterThan(3);
  });
});

function reasonsNotToRun(): readonly string[] {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(__dirname, 'reasons.mjs'), ...SCENARIOS],
    { encoding: 'utf8' },
  );
  if (stdout === '') throw new Error(`reasons.mjs: ${stderr}`);
  return JSON.parse(stdout) as readonly string[];
}

async function runLab(scenario: string): Promise<{ readonly shown: Shown; readonly log: string }> {
  const args = ['--only', scenario, '--small', '--json', '--kernel', 'running'];
  const child = spawn(process.execPath, [LAB, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { text: '', log: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output.text += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output.log += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (output.text === '') throw new Error(`the lab ended with ${code}: ${output.log}`);
  const { results } = JSON.parse(output.text) as { readonly results: readonly Shown[] };
  const [shown] = results;
  if (shown === undefined) throw new Error(`the lab showed nothing: ${output.log}`);
  return { shown, log: output.log };
}
