/** Prototypes that hostile keys aim at. */
const WATCHED: readonly (readonly [string, object])[] = [
  ['Object.prototype', Object.prototype],
  ['Array.prototype', Array.prototype],
  ['Function.prototype', Function.prototype],
  ['String.prototype', String.prototype],
];

/** Sees what an input does beside its answer: rejections nobody handles, changed prototypes. */
export class Watch {
  private readonly escaped: unknown[] = [];
  private readonly before = WATCHED.map(([, prototype]) => Reflect.ownKeys(prototype).length);
  private readonly note = (error: unknown): void => void this.escaped.push(error);

  constructor() {
    process.on('unhandledRejection', this.note);
    process.on('uncaughtException', this.note);
  }

  /** What went wrong since the last call, or null. Lets the event loop turn once first. */
  async findings(): Promise<string | null> {
    await new Promise((resolve) => setImmediate(resolve));
    const [error] = this.escaped.splice(0);
    if (error !== undefined) return `escaped from a callback: ${errorText(error)}`;
    for (const [at, [name, prototype]] of WATCHED.entries()) {
      const keys = Reflect.ownKeys(prototype);
      if (keys.length === this.before[at]) continue;
      const added = keys.slice(this.before[at]);
      for (const key of added) Reflect.deleteProperty(prototype, key);
      return `${name} was given ${added.map(String).join(', ')}`;
    }
    return null;
  }

  stop(): void {
    process.off('unhandledRejection', this.note);
    process.off('uncaughtException', this.note);
  }
}

export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [first, ...frames] = (error.stack ?? `${error.name}: ${error.message}`).split('\n');
  return [(first ?? '').slice(0, 500), ...frames.slice(0, 6)].join('\n');
}
