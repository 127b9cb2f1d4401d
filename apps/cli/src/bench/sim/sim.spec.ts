import { runSimBench } from './speed';

describe('the speed bench', () => {
  it('runs its mix on a small fabric, the same one every time', () => {
    const lines: string[] = [];
    const run = () =>
      runSimBench({ hosts: [64], seconds: 1, progress: (line) => lines.push(line) });
    const first = run();
    const second = run();
    expect(first.met).toBeNull();
    expect(first.hosts).toHaveLength(1);
    const [row] = first.hosts;
    expect(row).toMatchObject({ hosts: 64, switches: 10, jobs: 4, virtualS: 1 });
    expect(row?.events).toBeGreaterThan(5);
    expect(row?.virtualPerWall).toBeGreaterThan(0);
    expect(second.hosts.map(({ digest }) => digest)).toEqual(
      first.hosts.map(({ digest }) => digest),
    );
    // Every long flow is in the network, whatever else comes and goes.
    for (const { flows, streams } of first.flows) expect(streams).toBeGreaterThanOrEqual(flows);
    expect(lines).toHaveLength(2 * (1 + first.flows.length));
  });
});
