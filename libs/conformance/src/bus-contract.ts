import type { CommandBus } from '@weir/core/ports';
import { eventually, gate } from './eventually';

/** `api` asks and `engine` answers; they may be the same object. */
export interface CommandBusHarness {
  readonly api: CommandBus;
  readonly engine: CommandBus;
  dispose(): Promise<void>;
}

export function commandBusContract(name: string, make: () => Promise<CommandBusHarness>): void {
  describe(`command bus contract: ${name}`, () => {
    let harness: CommandBusHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.dispose());

    it('carries a command to the engine and the answer back', async () => {
      await harness.engine.serve(async (command) => ({ echo: command }));
      const command = { verb: 'status', nested: { list: [1, 'two', null, true] } };
      expect(await harness.api.request(command, 5_000)).toEqual({ echo: command });
    });

    it('gives each request its own answer, whatever the order they come in', async () => {
      const hold = gate();
      await harness.engine.serve(async (command) => {
        if (command === 0) await hold.opened;
        if (command === 19) hold.open();
        return { answer: command };
      });
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => harness.api.request(i, 5_000)),
      );
      expect(answers).toEqual(Array.from({ length: 20 }, (_, i) => ({ answer: i })));
    });

    it('rejects when nobody serves, and does not run the command later', async () => {
      await expect(harness.api.request({ verb: 'lost' }, 50)).rejects.toThrow(/no engine/);
      const seen: unknown[] = [];
      await harness.engine.serve(async (command) => {
        seen.push(command);
        return null;
      });
      await harness.api.request({ verb: 'next' }, 5_000);
      expect(seen).toEqual([{ verb: 'next' }]);
    });

    it('rejects when the answer does not come in time, saying that the outcome is unknown', async () => {
      const hold = gate();
      let runs = 0;
      await harness.engine.serve(async () => {
        runs++;
        await hold.opened;
        return null;
      });
      await expect(harness.api.request('slow', 100)).rejects.toThrow(/unknown/);
      hold.open();
      await eventually('ran once', () => runs === 1);
    });

    it('rejects with the message of a handler that threw', async () => {
      await harness.engine.serve(() => Promise.reject(new Error('defect in the engine')));
      await expect(harness.api.request('x', 5_000)).rejects.toThrow('defect in the engine');
    });

    it('serves one handler at a time', async () => {
      await harness.engine.serve(async () => 'first');
      await expect(harness.engine.serve(async () => 'second')).rejects.toThrow(/already/);
      expect(await harness.api.request('who', 5_000)).toBe('first');
    });
  });
}
