import { parseInvocation } from './args';
import { crashPointFrom } from './crash-point';
import { Phases, phasesOf } from './phases';

describe('command line', () => {
  it.each([
    [['--config', 'a.yaml'], 'run'],
    [['--config', 'a.yaml', '--check'], 'run'],
    [['--help'], 'help'],
    [['-h'], 'help'],
    [['--version'], 'version'],
    [[], 'usage'],
    [['--confg', 'a.yaml'], 'usage'],
    [['--config'], 'usage'],
    [['stray', '--config', 'a.yaml'], 'usage'],
  ])('%j is %s', (argv, kind) => {
    expect(parseInvocation(argv).kind).toBe(kind);
  });
});

describe('crash points', () => {
  it('kills at the n-th pass of the named point only', () => {
    let kills = 0;
    const point = crashPointFrom('after:applying:2', () => kills++);
    point('after:applying');
    point('before:applying');
    expect(kills).toBe(0);
    point('after:applying');
    point('after:applying');
    expect(kills).toBe(1);
  });

  it('kills at the first pass without a count, and never without a label', () => {
    let kills = 0;
    crashPointFrom('southbound:before-set', () => kills++)('southbound:before-set');
    crashPointFrom(undefined, () => kills++)('southbound:before-set');
    crashPointFrom('', () => kills++)('');
    expect(kills).toBe(1);
  });
});

describe('what befalls the process at a crash point', () => {
  it.each([
    ['southbound:before-set', { kind: 'kill', ms: 0 }],
    ['southbound:before-set=stop', { kind: 'stop', ms: 0 }],
    ['southbound:before-set:1=term', { kind: 'term', ms: 0 }],
    ['southbound:before-set=block1500', { kind: 'block', ms: 1_500 }],
  ])('%s', (spec, expected) => {
    const strikes: unknown[] = [];
    crashPointFrom(spec, (strike) => strikes.push(strike))('southbound:before-set');
    expect(strikes).toEqual([expected]);
  });
});

describe('phases', () => {
  const all = ['ingest', 'engine', 'southbound', 'api'];

  it('is ready when everything that the roles need is reached, until the stop', () => {
    const phases = new Phases(phasesOf(all), () => 7);
    expect(phases.list().map(({ phase }) => phase)).toEqual([
      'config',
      'journal',
      'lease',
      'recovery',
      'telemetry',
      'running',
    ]);
    for (const { phase } of phases.list()) {
      expect(phases.ready).toBe(false);
      phases.reach(phase);
    }
    expect(phases.ready).toBe(true);
    expect(phases.list()[0]).toEqual({ phase: 'config', done: true, atMs: 7 });
    phases.stop();
    expect(phases.ready).toBe(false);
  });

  it('asks of each role what it can give', () => {
    expect(phasesOf(['api'])).toEqual(['config', 'journal', 'running']);
    expect(phasesOf(['ingest'])).toEqual(['config', 'telemetry', 'running']);
    expect(phasesOf(['southbound'])).toEqual(['config', 'running']);
  });

  it('excuses a standby from what only the leader passes', () => {
    const phases = new Phases(phasesOf(all), () => 0);
    phases.reach('config');
    phases.setStandby(true);
    expect(phases.ready).toBe(false);
    phases.reach('journal');
    expect(phases.ready).toBe(true);
    phases.setStandby(false);
    expect(phases.ready).toBe(false);
  });
});
