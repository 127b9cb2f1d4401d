import { keepsPaths } from './last-path';
import { changeOf, clos, networkOf, passOf, type Network, type Routes } from './testing/network';

const P2 = '10.0.2.0/24';
const OUT: Routes = { l1: { [P2]: { s1: 0, s2: 0 } } };

const objection = (network: Network, routes: Routes, overlay: boolean) =>
  keepsPaths(passOf(network, { overlay }), changeOf(network, routes), [], new Set());

describe('routes that lie over those of the device', () => {
  it('may go altogether: the device goes on by its own; others may not', () => {
    const network = clos(2, 2);
    expect(objection(network, OUT, false)?.[0]).toBe('black-hole');
    expect(objection(network, OUT, true)).toBeNull();
  });

  it('may come where there were none, but only onto ways that lead there', () => {
    const cables = [
      { a: 'l1', b: 's1' },
      { a: 'l1', b: 's2' },
      { a: 'l2', b: 's1' },
    ];
    const routes: Routes = { s1: { [P2]: { l2: 1 } }, s2: { [P2]: { l1: 1 } } };
    const network = networkOf(cables, { l2: P2 }, routes);
    expect(objection(network, { l1: { [P2]: { s1: 1 } } }, true)).toBeNull();
    expect(objection(network, { l1: { [P2]: { s2: 1 } } }, true)?.[0]).toBe('black-hole');
  });

  it('keep their spare path while any of them is there', () => {
    const one: Routes = { l1: { [P2]: { s1: 0 } } };
    expect(objection(clos(2, 2), one, true)?.[0]).toBe('spare-path-missing');
  });
});
