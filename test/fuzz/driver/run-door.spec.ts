import fc from 'fast-check';
import { inputOf, inputOfSeed, inputText, nothingToClose, runDoor, Violation } from './index';
import type { Door, OpenDoor } from './index';

type Feed = OpenDoor<number>['feed'];

const doorWith = (feed: Feed, good: () => void = () => undefined): Door<number> => ({
  name: 'planted',
  about: 'a door with a defect',
  input: fc.nat(100),
  open: () => Promise.resolve({ feed, good, close: nothingToClose }),
});

async function failuresOf(feed: Feed, good?: () => void): Promise<readonly string[]> {
  const { failures } = await runDoor(doorWith(feed, good), {
    firstSeed: 1,
    progress: (done) => done / 30,
  });
  return failures.map(({ reason }) => reason);
}

describe('the fuzz driver sees', () => {
  it('nothing wrong with a door that answers', async () => {
    expect(await failuresOf((input) => (input > 50 ? 'taken' : 'refused'))).toEqual([]);
  });

  it('a crash', async () => {
    const crash: Feed = (input) => {
      if (input > 20) throw new TypeError('of undefined');
      return 'taken';
    };
    const [first] = await failuresOf(crash);
    expect(first).toMatch(/^crash: TypeError: of undefined/);
  });

  it('an answer that must not be given', async () => {
    const [first] = await failuresOf(() => Promise.reject(new Violation('status 500')));
    expect(first).toBe('status 500');
  });

  it('keys on prototypes, and takes them away again', async () => {
    const pollute: Feed = () => {
      Object.assign(Object.getPrototypeOf({}) as object, { polluted: 1 });
      return 'taken';
    };
    const [first] = await failuresOf(pollute);
    expect(first).toBe('Object.prototype was given polluted');
    expect('polluted' in {}).toBe(false);
  });

  it('good input that is not taken any more', async () => {
    const refuse = (): void => {
      throw new Violation('refused');
    };
    const [first] = await failuresOf(() => 'taken', refuse);
    expect(first).toMatch(/^a good request was not taken any more/);
  });

  it('the smallest input that fails, and the same one for the same seed', async () => {
    const door = doorWith((input) => {
      if (input >= 17) throw new Violation('17 or more');
      return 'taken';
    });
    const options = { firstSeed: 1, progress: (done: number) => done / 30, maxFailures: 1 };
    const { failures } = await runDoor(door, options);
    expect(failures[0]?.input).toBe(17);
    const seed = failures[0]?.seed ?? 0;
    expect(inputOfSeed(door, seed)).toBe(inputOfSeed(door, seed));
  });

  it('inputs as they were, bytes too, after they were kept', () => {
    const input = { text: '\ud800\u0000', bytes: Buffer.from([0, 255]), list: [1, 'x', null] };
    expect(inputOf(inputText(input))).toEqual(input);
  });
});
