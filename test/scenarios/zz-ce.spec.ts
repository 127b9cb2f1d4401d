import { readdirSync, readFileSync, appendFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildScenario, parseScenario, runScenario } from '@weir/closed-loop';
import { ok, type Result } from '@weir/core/base';
const FILES = readdirSync(__dirname).filter((n) => n.endsWith('.yaml') && (process.env.ONLY === undefined || process.env.ONLY.split(',').includes(n.replace('.yaml',''))));
const readText = (path: string): Result<string> => ok(readFileSync(resolve(__dirname, path), 'utf8'));
function unwrap<T>(r: Result<T>): T { if (!r.ok) throw new Error(`${r.error.where}: ${r.error.reason}`); return r.value; }
it.each(FILES)('%s', async (file) => {
  const scenario = unwrap(buildScenario(unwrap(parseScenario(readFileSync(join(__dirname, file), 'utf8'))), { seed: Number(process.env.SEED ?? '1'), readText } as never));
  const started = Date.now();
  const { result } = unwrap(await runScenario(scenario, { loop: 'on' }));
  appendFileSync(process.env.OUT as string, JSON.stringify({ file, seconds: (Date.now() - started) / 1000, result }) + '\n');
}, 1_200_000);
