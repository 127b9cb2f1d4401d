import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from './data-folder';

const THERE = __dirname;
const GONE = join(__dirname, 'gone');

describe('the folder of the data', () => {
  it('is the one asked for, by option before environment', () => {
    expect(dataFolder(THERE, { WEIR_DATA: GONE })).toBe(THERE);
    expect(dataFolder(undefined, { WEIR_DATA: THERE })).toBe(THERE);
  });

  it('is there without anybody asking', () => {
    expect(existsSync(dataFolder(undefined, {}))).toBe(true);
  });

  it('is refused where it was asked for and is not there, by who asked', () => {
    const from = (where: string) => expect.objectContaining({ where }) as Error;
    expect(() => dataFolder(GONE, {})).toThrow(from('--data'));
    expect(() => dataFolder(undefined, { WEIR_DATA: GONE })).toThrow(from('WEIR_DATA'));
  });
});
