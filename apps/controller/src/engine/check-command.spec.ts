import { checkCommand } from './check-command';

describe('a command from the bus', () => {
  it('is taken when it is whole', () => {
    const command = { verb: 'freeze', by: 'ann', reason: 'x' };
    expect(checkCommand(command)).toEqual({ ok: true, value: command });
    expect(checkCommand({ verb: 'status' })).toMatchObject({ ok: true });
  });

  it.each<[string, unknown, string]>([
    ['another verb', { verb: 'reboot' }, 'command.verb'],
    ['nothing', null, 'command.(root)'],
    ['no author', { verb: 'unfreeze' }, 'command.by'],
    ['a text that is none', { verb: 'freeze', by: 'ann', reason: 7 }, 'command.reason'],
    ['a scope of its own', { verb: 'set-mode', scope: 'all' }, 'command.scope'],
  ])('is refused with the field: %s', (_, given, where) => {
    const refusal = checkCommand(given);
    expect(refusal).toMatchObject({ ok: false, error: { code: 'request-invalid' } });
    expect(refusal.ok ? '' : refusal.error.where).toBe(where);
  });
});
