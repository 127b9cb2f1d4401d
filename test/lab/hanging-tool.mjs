/** A program that stops half way through its commands, so that there is a middle to be killed in. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A directory with a `tool` (ip or tc) that takes a batch line by line: the line that matches
 * `pattern` (of the shell's `case`) is still carried out, then the program hangs for good and
 * nothing after it reaches the kernel. `reached()` says whether that has happened.
 */
export function hangingTool(directory, tool, pattern) {
  const real = execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();
  const marker = join(directory, `${tool}-hangs`);
  mkdirSync(directory, { recursive: true });
  const script = [
    '#!/bin/sh',
    'case "$*" in *batch*) ;; *) exec ' + real + ' "$@";; esac',
    'while IFS= read -r line; do',
    '  printf "%s\\n" "$line"',
    `  case "$line" in ${pattern}) : > ${marker}; exec sleep 600;; esac`,
    `done | ${real} "$@"`,
    '',
  ];
  writeFileSync(join(directory, tool), script.join('\n'));
  chmodSync(join(directory, tool), 0o755);
  return { path: `${directory}:${process.env.PATH}`, reached: () => existsSync(marker) };
}
