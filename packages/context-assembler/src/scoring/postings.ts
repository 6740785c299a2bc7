/** For each key the items that hold it, with a value each: entries `starts[key]` to `starts[key + 1]`. */
export interface Postings {
  readonly starts: Uint32Array
  readonly items: Uint32Array
  readonly values: Float32Array
}

/** Builds postings in two passes over the same entries, which `each` must give in the same order both times. */
export function buildPostings(
  keys: number,
  each: (add: (key: number, item: number, value: number) => void) => void,
): Postings {
  const starts = new Uint32Array(keys + 1)
  each((key) => {
    starts[key + 1]! += 1
  })
  for (let key = 0; key < keys; key += 1) starts[key + 1]! += starts[key]!
  const next = starts.slice()
  const items = new Uint32Array(starts[keys]!)
  const values = new Float32Array(starts[keys]!)
  each((key, item, value) => {
    const at = next[key]!
    next[key] = at + 1
    items[at] = item
    values[at] = value
  })
  return { starts, items, values }
}

/** Numbers keys in the order of their first appearance. */
export class KeyTable<Key> {
  readonly #ids = new Map<Key, number>()

  /** The key's number, given now if it has none. */
  idOf(key: Key): number {
    let id = this.#ids.get(key)
    if (id === undefined) this.#ids.set(key, (id = this.#ids.size))
    return id
  }

  /** The key's number, or -1. */
  find(key: Key): number {
    return this.#ids.get(key) ?? -1
  }

  /** Every key with its number. */
  entries(): IterableIterator<[Key, number]> {
    return this.#ids.entries()
  }

  get size(): number {
    return this.#ids.size
  }
}
