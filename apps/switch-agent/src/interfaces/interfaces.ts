import { aborted, invalidArgument, type LeafMap } from '@weir/gnmi';
import type { LinkState } from '../kernel/ip-json';
import { KernelRefusal, type Kernel, type KernelSnapshot } from '../kernel/kernel';
import type { KernelCommand } from '../kernel/plan';
import { entry } from '../routes/paths';
import type { Log } from '../log';
import type { KernelChange } from '../transaction';
import { settingsFromLeaves, UNSET, type LinkSettings } from './from-leaves';

/**
 * What links had before the agent was first asked to change it, by name. Deleting a leaf, or
 * undoing the Set that brought it, gives that back; kept on disk with the configuration.
 */
export type LinkOriginals = Readonly<Record<string, LinkSettings>>;

/** A change of links, in two parts: what must come before routes are made, and what after. */
export interface LinkChange {
  readonly originals: LinkOriginals;
  /** MTU, description, links that come up. */
  readonly before: KernelChange;
  /** Links that go down: the kernel forgets the routes over them, so it is the last thing tried. */
  readonly after: KernelChange;
}

/** The links of this machine as far as OpenConfig interfaces configure them. */
export class Interfaces {
  constructor(
    private readonly kernel: Kernel,
    private readonly log: Log,
    private present: ReadonlyMap<string, LinkSettings>,
    private originals: LinkOriginals,
  ) {}

  /** `restoring`: a link that has gone meanwhile is no reason to refuse what was. */
  prepare(next: LeafMap, now: KernelSnapshot, restoring = false): LinkChange {
    const settings = settingsFromLeaves(next);
    const links = new Map(now.links.map((link) => [link.name, link]));
    for (const [name, wanted] of settings) {
      const link = links.get(name);
      // What was accepted once may have gone since, and is no reason to refuse something else.
      if (restoring || same(wanted, this.present.get(name))) continue;
      if (link === undefined || link.loopback)
        throw invalidArgument(`${pathOf(name)}/config/name: no interface "${name}" exists`);
    }
    const originals = originalsFor(settings, this.originals, links);
    const steps = [...new Set([...settings.keys(), ...this.present.keys()])].flatMap((name) => {
      const [was, link] = [this.present.get(name) ?? UNSET, links.get(name)];
      const wanted = settings.get(name) ?? UNSET;
      // A link that has gone needs nothing given back; one that nobody asks to change is let be.
      if (link === undefined || same(was, wanted)) return [];
      return stepsTo(link, withOriginals(wanted, this.originals[name] ?? UNSET));
    });
    return {
      originals,
      before: this.change(steps.filter((step) => step.when === 'before')),
      after: {
        ...this.change(steps.filter((step) => step.when === 'after')),
        keep: () => {
          this.present = settings;
          this.originals = originals;
        },
      },
    };
  }

  /** What is configured and differs is made again, of all links or of some; a refusal is logged. */
  async converge(reason: string, names: ReadonlySet<string> | null = null): Promise<void> {
    const concerned = [...this.present].filter(([name]) => names?.has(name) ?? true);
    if (concerned.length === 0) return;
    const links = new Map((await this.kernel.read()).links.map((link) => [link.name, link]));
    for (const [name, settings] of concerned) {
      const link = links.get(name);
      const steps = link === undefined ? [] : stepsTo(link, settings);
      if (link === undefined) this.log.error({ interface: name }, 'configured interface is gone');
      if (steps.length === 0) continue;
      this.log.warn({ reason, interface: name }, 'link brought back to the configuration');
      try {
        await this.kernel.run(steps.map((step) => step.command));
      } catch (error) {
        if (!(error instanceof KernelRefusal)) throw error;
        this.log.error({ reason, error: error.message }, 'kernel refused the configuration');
      }
    }
  }

  /** One line for each setting that the kernel does not have as configured. */
  drift(now: KernelSnapshot): { readonly missing: string[]; readonly unexpected: string[] } {
    const links = new Map(now.links.map((link) => [link.name, link]));
    const missing: string[] = [];
    const unexpected: string[] = [];
    for (const [name, settings] of this.present) {
      const link = links.get(name);
      if (link === undefined) missing.push(`link ${name}`);
      else
        for (const step of stepsTo(link, settings)) {
          missing.push(step.command.words.join(' '));
          unexpected.push(step.undo.words.join(' '));
        }
    }
    return { missing, unexpected };
  }

  private change(steps: readonly Step[]): KernelChange {
    const done: Step[] = [];
    return {
      apply: async () => {
        for (const step of steps) {
          try {
            await this.kernel.run([step.command]);
          } catch (error) {
            if (!(error instanceof KernelRefusal)) throw error;
            throw aborted(
              `${step.path}: the kernel refused it, nothing was changed: ${error.detail}`,
            );
          }
          done.unshift(step);
        }
        if (steps.length > 0) await this.checkReached(steps);
      },
      putBack: () => this.kernel.run(done.map((step) => step.undo)),
      keep: () => undefined,
    };
  }

  private async checkReached(steps: readonly Step[]): Promise<void> {
    const links = new Map((await this.kernel.read()).links.map((link) => [link.name, link]));
    for (const step of steps) {
      const link = links.get(step.link);
      if (link === undefined || !step.reached(link))
        throw aborted(`${step.path}: the kernel did not keep what it accepted`);
    }
  }
}

interface Step {
  readonly link: string;
  readonly path: string;
  readonly when: 'before' | 'after';
  readonly command: KernelCommand;
  readonly undo: KernelCommand;
  reached(link: LinkState): boolean;
}

const pathOf = (name: string): string => entry('/interfaces', 'interface', { name });

const setLink = (name: string, ...words: string[]): KernelCommand => ({
  words: ['link', 'set', name, ...words],
  prefix: '',
});

const same = (one: LinkSettings, other: LinkSettings | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const upDown = (up: boolean): string => (up ? 'up' : 'down');
const quoted = (text: string): string => `"${text}"`;

/** What has to be done to a link; nothing for what is as wanted, or not asked for. */
function stepsTo(link: LinkState, wanted: LinkSettings): readonly Step[] {
  const { name } = link;
  const steps: Step[] = [];
  const { mtu, description, enabled } = wanted;
  const step = (
    leaf: string,
    when: Step['when'],
    words: readonly [to: string[], back: string[]],
    reached: Step['reached'],
  ): void => {
    const [command, undo] = [setLink(name, ...words[0]), setLink(name, ...words[1])];
    steps.push({
      link: name,
      path: `${pathOf(name)}/config/${leaf}`,
      when,
      command,
      undo,
      reached,
    });
  };
  if (mtu !== null && mtu !== link.mtu) {
    const words = [
      ['mtu', String(mtu)],
      ['mtu', String(link.mtu)],
    ] as const;
    step('mtu', 'before', [[...words[0]], [...words[1]]], (now) => now.mtu === mtu);
  }
  if (description !== null && description !== link.alias) {
    const words = [
      ['alias', quoted(description)],
      ['alias', quoted(link.alias)],
    ] as const;
    step(
      'description',
      'before',
      [[...words[0]], [...words[1]]],
      (now) => now.alias === description,
    );
  }
  if (enabled !== null && enabled !== link.up)
    step(
      'enabled',
      enabled ? 'before' : 'after',
      [[upDown(enabled)], [upDown(link.up)]],
      (now) => now.up === enabled,
    );
  return steps;
}

const withOriginals = (wanted: LinkSettings, original: LinkSettings): LinkSettings => ({
  enabled: wanted.enabled ?? original.enabled,
  mtu: wanted.mtu ?? original.mtu,
  description: wanted.description ?? original.description,
});

/** Remembered as long as the leaf is configured; what is newly configured is taken from the link. */
function originalsFor(
  settings: ReadonlyMap<string, LinkSettings>,
  known: LinkOriginals,
  links: ReadonlyMap<string, LinkState>,
): LinkOriginals {
  const originals: Record<string, LinkSettings> = {};
  for (const [name, wanted] of settings) {
    const link = links.get(name);
    const before = known[name] ?? UNSET;
    if (link === undefined) {
      originals[name] = before;
      continue;
    }
    originals[name] = {
      enabled: wanted.enabled === null ? null : (before.enabled ?? link.up),
      mtu: wanted.mtu === null ? null : (before.mtu ?? link.mtu),
      description: wanted.description === null ? null : (before.description ?? link.alias),
    };
  }
  return originals;
}
