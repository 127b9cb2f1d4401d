/**
 * Killing in the middle: a process with everything it started, and a program that stops half way
 * through its commands so that there is a middle.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** SIGKILL to a process and all its descendants, as a service manager does to a control group. */
export function killTree(pid) {
  const doomed = [pid];
  // A process is listed before its children are looked for, so that none is started unseen.
  for (const parent of doomed) {
    sendSignal(parent, 'SIGSTOP');
    doomed.push(...childrenOf(parent));
  }
  for (const one of doomed) sendSignal(one, 'SIGKILL');
}

function childrenOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.trim().split(' ').filter(Boolean).map(Number);
  } catch {
    // It ended meanwhile; its children, if any, are on their own and end with their pipes.
    return [];
  }
}

function sendSignal(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

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
