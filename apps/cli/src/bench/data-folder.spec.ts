import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder } from './data-folder';

describe('the folder of the data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-data-'));
  const gone = join(folder, 'gone');

  it('is the one asked for, by option before environment', () => {
    expect(dataFolder(folder, { WEIR_DATA: gone })).toBe(folder);
    expect(dataFolder(undefined, { WEIR_DATA: folder })).toBe(folder);
  });

  it('is there without anybody asking', () => {
    expect(dataFolder(undefined, {})).not.toBe('');
  });

  it('is refused where it was asked for and is not there, by who asked', () => {
    const refused = (option: string | undefined) => {
      try {
        dataFolder(option, { WEIR_DATA: gone });
      } catch (error) {
        return (error as { problem?: unknown }).problem ?? error;
      }
      return null;
    };
    expect(JSON.stringify(refused(gone))).toContain('--data');
    expect(JSON.stringify(refused(undefined))).toContain('WEIR_DATA');
  });
});
