/**
 * The daemon `weir-controller`: the composition root. `boot` reads and checks what it runs on,
 * `wiring` chooses the implementation of each port, and there is one folder and one module for
 * each role: `ingest` feeds `engine`, which feeds `southbound`; `api` shows and commands. Used as
 * a program (`main.ts`) or started inside another process with `startDaemon`.
 */
import 'reflect-metadata';

export { bootErrorText, type BootRefusal } from './boot/boot-error';
export { type Addresses } from './daemon';
export { checkInputs, startDaemon, type DaemonOptions, type RunningDaemon } from './run';
