import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileCommitStore } from './index';

const PENDING = {
  id: 'a',
  deadlineMs: 1_790_000_000_000,
  before: [['/a/config/b', 1500] as const],
};

describe('file commit store', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'weir-commit-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('gives back what another process kept, until it is settled', async () => {
    const path = join(dir, 'commit.json');
    expect(await fileCommitStore(path).load()).toBeNull();
    await fileCommitStore(path).save(PENDING);
    expect(await fileCommitStore(path).load()).toEqual(PENDING);
    await fileCommitStore(path).save(null);
    expect(await fileCommitStore(path).load()).toBeNull();
    expect(await readdir(dir)).toEqual([]);
  });

  it.each(['{"id":"a"', '{}', 'null', '[]'])(
    'refuses to forget a damaged file: %s',
    async (text) => {
      const path = join(dir, 'commit.json');
      await writeFile(path, text);
      await expect(fileCommitStore(path).load()).rejects.toThrow();
    },
  );
});
