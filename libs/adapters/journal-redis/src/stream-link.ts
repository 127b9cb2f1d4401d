import type { ChainLink } from '@weir/core/ports';

/** A stream entry as Redis answers it: id and flat list of fields. */
export type StreamEntry = readonly [id: string, fields: readonly string[]];

/** Fields are h (hash), e (epoch), t (text); a sequence of -1 marks an entry of another shape. */
export function linkOf([id, fields]: StreamEntry): ChainLink {
  const field = (name: string): string => {
    const at = fields.findIndex((text, index) => index % 2 === 0 && text === name);
    return (at >= 0 ? fields[at + 1] : undefined) ?? '';
  };
  const sequence = /^(\d+)-0$/.exec(id)?.[1];
  return { sequence: sequence ? Number(sequence) : -1, hash: field('h'), text: field('t') };
}
