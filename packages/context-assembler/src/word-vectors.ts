import { decodeWordVectors } from './scoring/decode-word-vectors.ts'
import table from './scoring/word-vector-table.json' with { type: 'json' }
import type { WordVectors } from './scoring/word-vectors.ts'

export type { WordVectors } from './scoring/word-vectors.ts'

let decoded: WordVectors | undefined

/**
 * The word vectors of this package, for `createRelevanceIndex` and `assembleContext`: about 1.4 MB, decoded at the first
 * call, the same object at every later one. English; words of other languages have no vectors.
 */
export function loadWordVectors(): WordVectors {
  decoded ??= decodeWordVectors(table)
  return decoded
}
