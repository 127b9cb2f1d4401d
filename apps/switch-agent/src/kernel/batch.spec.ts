import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchTool, ToolFailure, ToolRefusal, toolMistake } from './batch';

let directory: string;
let tool: BatchTool;

/** A program that stands for `ip`: answers as it does to lines that a shell script knows. */
function program(body: string): string {
  const file = join(directory, 'tool');
  writeFileSync(
    file,
    `#!/bin/bash\necho started >> ${join(directory, 'starts')}\nn=0\n` +
      `fail() { echo "$1" >&2; echo "Command failed -:$n" >&2; }\n` +
      `while IFS= read -r line; do n=$((n + 1)); case "$line" in\n` +
      `@) fail 'Object "@" is unknown, try "tool help".';;\n${body}\nesac; done\n`,
  );
  chmodSync(file, 0o755);
  return file;
}

const starts = (): number => readFileSync(join(directory, 'starts'), 'utf8').split('\n').length - 1;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-batch-'));
});
afterEach(() => {
  tool.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('one process for many commands', () => {
  it('gives each command its answer, in the order of the calls', async () => {
    tool = new BatchTool(program(`'show '*) echo "[\${line#show }]";;`), null);
    const calls = Array.from({ length: 20 }, (_, i) => tool.read([`show ${i}`, `show ${i}b`]));
    const answers = await Promise.all(calls);
    expect(answers.map((pair) => pair.join(' '))).toEqual(
      Array.from({ length: 20 }, (_, i) => `[${i}] [${i}b]`),
    );
    expect(starts()).toBe(1);
  });

  it('takes an empty answer, and one without an end of line', async () => {
    tool = new BatchTool(program(`none) :;;\nopen) printf '[1]';;`), null);
    expect(await tool.read(['none', 'open', 'none'])).toEqual(['', '[1]', '']);
  });

  it('stops at the first refusal, with the words of the kernel', async () => {
    const log = join(directory, 'log');
    const body = `bad*) fail 'Error: Nexthop has invalid gateway.';;\n*) echo "$line" >> ${log};;`;
    tool = new BatchTool(program(body), null);
    const run = tool.run([
      ['good', '1'],
      ['bad', '2'],
      ['good', '3'],
    ]);
    await expect(run).rejects.toThrow(ToolRefusal);
    await expect(run).rejects.toMatchObject({ index: 1, detail: 'Nexthop has invalid gateway' });
    await tool.run([['good', '4']]);
    expect(readFileSync(log, 'utf8')).toBe('good 1\ngood 4\n');
  });

  it('takes the last words of a program that exits for a refusal, and starts it again', async () => {
    const body = `bad*) echo 'Error: argument "bad" is wrong' >&2; exit 255;;\n*) echo "[]";;`;
    tool = new BatchTool(program(body), null);
    await expect(tool.run([['bad', 'x']])).rejects.toMatchObject({
      detail: 'argument "bad" is wrong',
    });
    expect(await tool.read(['show'])).toEqual(['[]']);
    expect(starts()).toBe(2);
  });

  it.each([
    ['hangs', 'x) sleep 60;;', /no answer within 300 ms/],
    ['dies without a word', 'x) exit 1;;', /code 1/],
    ['is killed', 'x) kill -9 $$;;', /SIGKILL/],
    ['loses count', `x) n=7; fail 'what';;`, /answered line 7/],
    ['mixes its answers', `x) n=$((n + 1)); fail 'what';;`, /unexpected output: what/],
  ])('is ended when it %s, and started again', async (_, body, reason) => {
    tool = new BatchTool(program(`${body}\nok) echo '[]';;`), null, 300);
    const failing = tool.read(['ok', 'x']);
    await expect(failing).rejects.toThrow(ToolFailure);
    await expect(failing).rejects.toThrow(reason);
    expect(await tool.read(['ok'])).toEqual(['[]']);
    expect(starts()).toBe(2);
  });

  it('starts the program anew after restart(), once', async () => {
    tool = new BatchTool(program(`*) echo '[]';;`), null);
    await tool.read(['show']);
    tool.restart();
    await tool.read(['show']);
    await tool.read(['show']);
    expect(starts()).toBe(2);
  });

  it('says that a program is missing, and lets no line through that is two', async () => {
    tool = new BatchTool(join(directory, 'nothing'), null);
    expect(await toolMistake(tool)).toMatch(/No such file/);
    await expect(tool.read(['a\nb'])).rejects.toThrow(TypeError);
  });

  it('speaks with the real ip', async () => {
    tool = new BatchTool('ip', null);
    const [link, again] = await tool.read(['link show dev lo', 'link show dev lo']);
    expect(JSON.parse(link ?? '')).toMatchObject([{ ifname: 'lo' }]);
    expect(again).toContain('"ifname":"lo"');
    await expect(tool.read(['link show dev weir-none'])).rejects.toMatchObject({
      detail: expect.stringContaining('weir-none') as string,
    });
    await expect(tool.run([['nexthop', 'add', 'id', 'x']])).rejects.toThrow(ToolRefusal);
    expect(await toolMistake(tool)).toBeNull();
  });
});
