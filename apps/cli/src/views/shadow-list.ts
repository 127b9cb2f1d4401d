import type { ShadowView } from '@weir/contracts';
import type { ListView } from '../output/printer';
import { age, signedPercent } from '../output/units';

export const shadowList = (nowMs: number): ListView<ShadowView> => ({
  resource: 'shadow',
  name: (shadow) => shadow.id,
  columns: [
    { title: 'id', text: (shadow) => shadow.id },
    { title: 'rule', text: (shadow) => shadow.rule },
    { title: 'group', text: (shadow) => shadow.group },
    { title: 'objective', text: (shadow) => shadow.objectiveId },
    { title: 'action', text: (shadow) => shadow.action.type },
    { title: 'held by', text: (shadow) => shadow.why },
    { title: 'predicted', text: (shadow) => signedPercent(shadow.predicted.gainRatio) },
    { title: 'score', text: (shadow) => shadow.score?.outcome ?? 'not due yet' },
    { title: 'age', text: (shadow) => age(shadow.decidedMs, nowMs) },
    { title: 'evidence', wide: true, text: ({ score }) => score?.evidence.join('; ') ?? '' },
  ],
});
