import { spawn, type ChildProcess } from 'node:child_process';
import { toolEnvironment } from './process';

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;

/**
 * Calls back when the kernel reports any change of a link, a nexthop or a route. Which one does not
 * matter: the caller reads everything again, so that a lost line is made good by the next poll.
 */
export class KernelMonitor {
  private child: ChildProcess | null = null;
  private retry: NodeJS.Timeout | null = null;
  private retryMs = FIRST_RETRY_MS;
  private stopped = false;

  constructor(
    private readonly netns: string | null,
    private readonly onChange: () => void,
    private readonly onProblem: (message: string) => void,
  ) {}

  start(): void {
    const namespace = this.netns === null ? [] : ['-n', this.netns];
    const args = [...namespace, '-o', 'monitor', 'link', 'nexthop', 'route'];
    const child = spawn('ip', args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: toolEnvironment(),
    });
    this.child = child;
    child.stdout.on('data', () => {
      this.retryMs = FIRST_RETRY_MS;
      this.onChange();
    });
    child.on('error', (error) => this.onProblem(`ip monitor cannot run: ${error.message}`));
    child.on('close', () => this.again());
  }

  stop(): void {
    this.stopped = true;
    if (this.retry !== null) clearTimeout(this.retry);
    this.child?.kill('SIGTERM');
  }

  private again(): void {
    this.child = null;
    if (this.stopped) return;
    this.onProblem(`ip monitor ended; starting it again in ${this.retryMs} ms, polling meanwhile`);
    this.retry = setTimeout(() => this.start(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }
}
