/** What a map has for a key, made and kept where it has nothing. */
export function kept<K, V>(map: Kept<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}

type Kept<K, V> = Pick<Map<K, V>, 'get'> & { set(key: K, value: V): unknown }
