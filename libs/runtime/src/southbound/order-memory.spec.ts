import { changeId, deviceId, type DeviceOperation, type OperationVerb } from '@weir/core/model';
import { OrderMemory } from './order-memory';

const operation = (verb: OperationVerb, device = 'l1', attempt = 1): DeviceOperation => ({
  id: `chg-1/${device}/${verb}/${attempt}`,
  changeId: changeId('chg-1'),
  device: deviceId(device),
  verb,
  epoch: 1,
  leaves: [],
  commitId: '',
  rollbackMs: 0,
  timeoutMs: 1,
});

describe('OrderMemory', () => {
  it('lets the newest operation of a device run again, and one that is new', () => {
    const memory = new OrderMemory();
    expect(memory.isPast(operation('commit'))).toBe(false);
    memory.begin(operation('commit'));
    expect(memory.isPast(operation('commit'))).toBe(false);
    expect(memory.isPast(operation('revert'))).toBe(false);
  });

  it('knows an operation behind which a newer one has begun, on that device only', () => {
    const memory = new OrderMemory();
    memory.begin(operation('commit'));
    memory.begin(operation('commit', 'l2'));
    memory.begin(operation('revert'));
    expect(memory.isPast(operation('commit'))).toBe(true);
    expect(memory.isPast(operation('commit', 'l2'))).toBe(false);
    expect(memory.isPast(operation('revert'))).toBe(false);
  });

  it('takes reading of the image for no newer operation, and stays bounded', () => {
    const memory = new OrderMemory();
    memory.begin(operation('commit'));
    memory.begin(operation('image'));
    expect(memory.isPast(operation('commit'))).toBe(false);
    for (let attempt = 1; attempt <= 100; attempt++)
      memory.begin(operation('revert', 'l1', attempt));
    expect(memory.isPast(operation('commit'))).toBe(false);
    expect(memory.isPast(operation('revert', 'l1', 99))).toBe(true);
  });
});
