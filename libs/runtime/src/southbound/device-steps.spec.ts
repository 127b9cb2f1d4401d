import { changeId, deviceId, type DeviceOperation, type OperationReport } from '@weir/core/model';
import { DeviceSteps } from './device-steps';

const operation = (
  change: string,
  verb: DeviceOperation['verb'],
  attempt = 1,
): DeviceOperation => ({
  id: `${change}/l1/${verb}/${attempt}`,
  changeId: changeId(change),
  device: deviceId('l1'),
  verb,
  epoch: 1,
  leaves: [],
  commitId: '',
  rollbackMs: 0,
  timeoutMs: 1_000,
});

const report = (given: DeviceOperation, outcome: OperationReport['outcome']): OperationReport => ({
  operation: given,
  outcome,
  code: null,
  message: '',
  readBack: null,
  image: null,
  commitConfirmed: null,
  sentMs: 7,
});

describe('steps of a device', () => {
  it('answers from memory what was carried out, and nothing else', () => {
    const steps = new DeviceSteps();
    const commit = operation('chg-1', 'commit');
    expect(steps.begin(commit)).toBeNull();
    steps.ended(report(commit, 'unknown'));
    expect(steps.known(commit)).toBeUndefined();
    steps.ended(report(commit, 'done'));
    expect(steps.known(commit)).toMatchObject({ outcome: 'done', sentMs: 7 });
    expect(steps.known(operation('chg-1', 'commit', 2))).toBeUndefined();
  });

  it('does not go back from a revert to a commit or a confirm', () => {
    const steps = new DeviceSteps();
    for (const verb of ['snapshot', 'commit', 'confirm', 'revert'] as const)
      expect(steps.begin(operation('chg-1', verb))).toBeNull();
    for (const verb of ['snapshot', 'commit', 'confirm'] as const)
      expect(steps.begin(operation('chg-1', verb))).toContain('has gone on');
    expect(steps.begin(operation('chg-1', 'revert', 2))).toBeNull();
  });

  it('takes nothing of an earlier change once another one has begun', () => {
    const steps = new DeviceSteps();
    steps.begin(operation('chg-1', 'revert'));
    expect(steps.begin(operation('chg-2', 'snapshot'))).toBeNull();
    expect(steps.begin(operation('chg-1', 'revert'))).toContain('gone on to chg-2');
    expect(steps.begin(operation('chg-2', 'commit'))).toBeNull();
  });

  it('looks at images whenever asked, and remembers a bounded number of changes', () => {
    const steps = new DeviceSteps();
    const image = { ...operation('chg-1', 'image'), changeId: null };
    for (let i = 1; i <= 100; i++) steps.begin(operation(`chg-${i}`, 'commit'));
    expect(steps.begin(image)).toBeNull();
    expect(steps.begin(operation('chg-99', 'commit'))).not.toBeNull();
    expect(steps.begin(operation('chg-100', 'revert'))).toBeNull();
  });
});
