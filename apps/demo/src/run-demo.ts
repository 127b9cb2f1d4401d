import { DaemonClient } from './clients/daemon-client';
import { EventFeed } from './clients/event-feed';
import { request } from './clients/http';
import type { DemoOptions } from './command-line';
import type { Display } from './display/display';
import { startSite, type Site } from './processes/site';
import { createWorkspace, type Workspace } from './processes/workspace';
import { intentsFor } from './story/intents';
import { broken, type DemoReport } from './story/report';
import { Story } from './story/story';
import { waitFor } from './story/wait';

const READY_DEADLINE_MS = 30_000;
const BOARD_MS = 500;

export interface DemoOutcome {
  readonly report: DemoReport;
  readonly failures: readonly string[];
}

/**
 * The whole demonstration. Resolves when everything is stopped: after the story with `once`, else
 * when `untilStopped` resolves. Rejects when something could not start or died.
 */
export async function runDemo(
  options: DemoOptions,
  display: Display,
  untilStopped: Promise<void>,
): Promise<DemoOutcome | null> {
  const workspace = await createWorkspace();
  let site: Site | null = null;
  let keepFiles = true;
  try {
    display.note(`starting the fabric and the daemon (files in ${workspace.dir})`);
    site = await startSite(workspace, options);
    const died = new Promise<never>((_, reject) => {
      site?.onFailure((message) => reject(new Error(message)));
    });
    const stopped = untilStopped.then(() => null);
    const outcome = await Promise.race([play(site, display), died, stopped]);
    if (outcome !== null && !options.once) {
      invite(site, display, workspace, outcome);
      await Promise.race([stopped, died]);
    }
    keepFiles = outcome !== null && outcome.failures.length > 0;
    return outcome;
  } finally {
    await site?.stop();
    if (keepFiles) display.note(`logs and journal are kept in ${workspace.dir}`);
    else {
      await site?.clear();
      await workspace.remove();
    }
  }
}

async function play(site: Site, display: Display): Promise<DemoOutcome> {
  await Promise.all(site.readyUrls.map((url) => ready(url)));
  display.note(`the daemon is ready: ${site.apiUrl}`);
  const daemon = new DaemonClient(site.apiUrl);
  for (const intent of await intentsFor(site.fabric)) await daemon.putIntent(intent);
  const feed = new EventFeed(site.apiUrl, (record) => display.event(record));
  const board = setInterval(() => {
    daemon.status().then(
      (status) => display.status(status),
      () => undefined, // The next round asks again; a dead daemon is noticed by its exit.
    );
  }, BOARD_MS);
  board.unref();
  try {
    const report = await new Story(site.fabric, daemon, display).tell();
    return { report, failures: broken(report) };
  } finally {
    clearInterval(board);
    feed.close();
    display.finish();
  }
}

async function ready(url: string): Promise<void> {
  await waitFor(`readiness at ${url}`, READY_DEADLINE_MS, async () => {
    try {
      await request('GET', url);
      return true;
    } catch {
      return null; // Not ready yet, and 503 says so.
    }
  });
}

function invite(site: Site, display: Display, workspace: Workspace, outcome: DemoOutcome): void {
  for (const failure of outcome.failures) display.result(false, failure);
  display.chapter(
    'The fabric and the daemon keep running; Ctrl-C ends them.',
    'Look around, break things, undo what the loop has done:',
  );
  for (const line of [
    `npm run weir -- --server ${site.apiUrl} get changes`,
    `curl ${site.apiUrl}/v1/status`,
    `curl ${site.fabric.url}/            (the fabric's own controls)`,
    `curl -X POST ${site.fabric.url}/scenarios/suggest/start   (the last incident again)`,
    `journal and logs: ${workspace.dir}`,
  ]) {
    display.note(line);
  }
}
