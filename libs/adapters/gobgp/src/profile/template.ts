import type { ConfigImage } from '@weir/core/model';
import {
  ASN,
  COMMUNITIES,
  LARGE_COMMUNITIES,
  LOCAL_PREFERENCE,
  MED,
  METHOD,
  type Announcement,
  type LargeCommunity,
} from '../announcement';

/** What the topology says about every announcement of a speaker, as the image carries it. */
export interface Template {
  readonly method: 'weights' | 'local-preference';
  readonly asn: number;
  readonly attributes: Omit<Announcement, 'nextHop' | 'bandwidth'>;
}

export function templateOf(image: ConfigImage): Template {
  const number = (path: string): number | null => {
    const value = image.get(path);
    return value === undefined ? null : Number(value);
  };
  const list = (path: string): readonly string[] => {
    const value = String(image.get(path) ?? '');
    return value === '' ? [] : value.split(',');
  };
  return {
    method: image.get(METHOD) === 'local-preference' ? 'local-preference' : 'weights',
    asn: number(ASN) ?? 0,
    attributes: {
      localPreference: number(LOCAL_PREFERENCE),
      med: number(MED),
      communities: list(COMMUNITIES).map(Number),
      largeCommunities: list(LARGE_COMMUNITIES).map(
        (text) => text.split(':').map(Number) as unknown as LargeCommunity,
      ),
    },
  };
}
