import { startTargets } from './targets';

/** Entry point of the child process: starts the targets and tells the parent their ports. */
startTargets(Number(process.argv[2])).then(
  (targets) => process.send?.([...targets.ports]),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  },
);
// Without its parent nobody needs the targets.
process.on('disconnect', () => process.exit());
