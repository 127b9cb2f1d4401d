import { matching } from './pattern';

const NAMES = ['leaf1', 'leaf2', 'leaf3', 'leaf10', 'spine1', 'pod1-2', 'pod1-leaf2', 'eth1/2'];

describe('patterns of names', () => {
  it.each([
    ['leaf2', ['leaf2']],
    ['leaf*', ['leaf1', 'leaf2', 'leaf3', 'leaf10']],
    ['leaf1-3', ['leaf1', 'leaf2', 'leaf3']],
    ['leaf[2-10]', ['leaf2', 'leaf3', 'leaf10']],
    ['*1', ['leaf1', 'spine1']],
    ['*[1-2]', ['leaf1', 'leaf2', 'spine1', 'pod1-2', 'pod1-leaf2', 'eth1/2']],
    // A name that looks like a range is that name first.
    ['pod1-2', ['pod1-2']],
    ['pod[1-2]-leaf[1-9]', ['pod1-leaf2']],
    ['eth1/*', ['eth1/2']],
    // A dot is a dot, not any character.
    ['leaf.', []],
    ['leaf3-1', []],
    ['nothing', []],
  ])('%s', (pattern, found) => {
    expect(matching(pattern, NAMES)).toEqual(found);
  });
});
