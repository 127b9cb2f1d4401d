/**
 * `npm start`: starts the simulated fabric and the daemon as processes of their own, plays five
 * scenarios through their public APIs and shows what the loop makes of them. With `--config` it is
 * the daemon on a real fabric. All figures are measured by the daemon and counted at the switches.
 */
export { readCommandLine, type DemoOptions } from './command-line';
export { broken, type DemoReport, type IncidentReport } from './story/report';
export { runDemo, type DemoOutcome } from './run-demo';
