import { probeCapabilities } from './capabilities';
import { KernelRefusal, type Kernel } from './kernel';

/** A kernel that answers every command with a refusal in these words. */
const answering = (wordsOf: (command: string) => string): Kernel => ({
  read: () => Promise.reject(new Error('not asked')),
  run: ([command]) => {
    if (command === undefined) return Promise.resolve();
    return Promise.reject(new KernelRefusal(command, wordsOf(command.words.join(' '))));
  },
});

describe('what the kernel can do', () => {
  it.each([
    ['a kernel of today', 'No such file or directory', 'Invalid nexthop id', true, true],
    ['before Linux 5.13', 'No such file or directory', 'Invalid group type', true, false],
    ['before Linux 5.3', 'Operation not supported', '', false, false],
    ['without CAP_NET_ADMIN', 'Operation not permitted', '', false, false],
    ['an old ip', 'Object "nexthop" is unknown, try "ip help"', '', false, false],
  ])('%s', async (_, onDelete, onAdd, groups, resilient) => {
    const kernel = answering((command) => (command.includes(' del ') ? onDelete : onAdd));
    const found = await probeCapabilities(kernel, 9_999);
    expect(found.nexthopGroups.available).toBe(groups);
    expect(found.resilientGroups.available).toBe(resilient);
    if (!found.nexthopGroups.available) expect(found.nexthopGroups.reason).toBe(onDelete);
  });

  it('lets pass what is no refusal: the tool is not there at all', async () => {
    const gone: Kernel = {
      read: () => Promise.reject(new Error('not asked')),
      run: () => Promise.reject(new Error('ip: not found')),
    };
    await expect(probeCapabilities(gone, 9_999)).rejects.toThrow('not found');
  });
});
