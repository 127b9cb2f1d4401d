/** The map with an entry more, or another value for it; it becomes the newest only if it is new. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

export function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const next = new Map(map);
  next.delete(key);
  return next;
}

/** Drops the oldest entries that match until at most `keep` of them are left. */
export function pruned<K, V>(
  map: ReadonlyMap<K, V>,
  matches: (value: V) => boolean,
  keep: number,
): ReadonlyMap<K, V> {
  let excess = [...map.values()].filter(matches).length - keep;
  if (excess <= 0) return map;
  const next = new Map(map);
  for (const [key, value] of map) {
    if (excess <= 0) break;
    if (!matches(value)) continue;
    next.delete(key);
    excess--;
  }
  return next;
}
