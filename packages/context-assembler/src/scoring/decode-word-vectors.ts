import { ContextError } from '../errors.ts'
import type { WordVectors } from './word-vectors.ts'

/** The table as it is stored: a row is `word`, a space, two characters of scale, one character a number. */
export interface WordVectorTable {
  readonly made_by: string
  readonly digest: string
  readonly dimensions: number
  readonly rows: readonly string[]
}

/** The 64 characters that stand for 0 to 63; numbers are stored 32 higher than they are. */
export const tableAlphabet: string =
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Scales are stored as their logarithm: this many steps to a doubling, the smallest 2^-12. */
export const scaleSteps = 256

/**
 * Reads a stored table.
 *
 * @throws ContextError `word_vectors_damaged` where a row has the wrong length.
 */
export function decodeWordVectors(table: WordVectorTable): WordVectors {
  const { dimensions, digest } = table
  const codes = new Int8Array(128)
  for (let i = 0; i < tableAlphabet.length; i += 1) codes[tableAlphabet.charCodeAt(i)] = i
  const rows = new Map<string, number>()
  const values = new Int8Array(table.rows.length * dimensions)
  const scales = new Float32Array(table.rows.length)
  for (const [index, row] of table.rows.entries()) {
    const from = row.length - dimensions
    if (from < 4 || row.charCodeAt(from - 3) !== 32) {
      throw new ContextError(
        'word_vectors_damaged',
        `expected row ${index} of the word vectors to be a word, a space and ${dimensions + 2} characters; build or install the package again`,
      )
    }
    rows.set(row.slice(0, from - 3), index)
    const steps = codes[row.charCodeAt(from - 2)]! * 64 + codes[row.charCodeAt(from - 1)]!
    scales[index] = 2 ** (steps / scaleSteps - 12)
    for (let k = 0; k < dimensions; k += 1) {
      values[index * dimensions + k] = codes[row.charCodeAt(from + k)]! - 32
    }
  }
  return { digest, dimensions, rows, values, scales }
}
