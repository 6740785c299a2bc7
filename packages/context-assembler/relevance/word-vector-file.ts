// The word vector table as the package ships it: one printable character for each number.
import { createHash } from 'node:crypto'
import {
  scaleSteps,
  tableAlphabet,
  type WordVectorTable,
} from '../src/scoring/decode-word-vectors.ts'

/** Rows of plain numbers, best-known word first. */
export interface PlainVectors {
  readonly words: readonly string[]
  readonly dimensions: number
  readonly values: Float32Array
}

/** Numbers are rounded to whole ones within ±31: as good as ±127 on the development data, at three quarters the size. */
const most = 31

export function encodeTable(plain: PlainVectors, madeBy: string): WordVectorTable {
  const { words, dimensions, values } = plain
  const rows = words.map((word, row) => {
    const numbers = values.subarray(row * dimensions, (row + 1) * dimensions)
    const largest = numbers.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-4)
    const steps = Math.min(
      4095,
      Math.max(0, Math.ceil((Math.log2(largest / most) + 12) * scaleSteps)),
    )
    const scale = 2 ** (steps / scaleSteps - 12)
    let text = `${word} ${tableAlphabet[steps >> 6]!}${tableAlphabet[steps & 63]!}`
    for (const value of numbers) text += tableAlphabet[Math.round(value / scale) + 32]!
    return text
  })
  const digest = createHash('sha256').update(rows.join('\n')).digest('hex')
  return { made_by: madeBy, digest, dimensions, rows }
}
