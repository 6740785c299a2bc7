// How much more often two words stand near each other than chance would have it.
import type { SparseMatrix } from './truncated-eigen.ts'

/** Words further apart than this in one line are not counted as near. */
const windowWords = 10

export function positivePmi(
  lines: readonly (readonly string[])[],
  indexOf: ReadonlyMap<string, number>,
  options: { readonly smoothing: number; readonly shift: number },
): SparseMatrix {
  const size = indexOf.size
  const counts = new Float32Array(size * size)
  for (const line of lines) {
    const ids: number[] = []
    for (const word of line) {
      const id = indexOf.get(word)
      if (id !== undefined) ids.push(id)
    }
    for (let i = 0; i < ids.length; i += 1) {
      for (let j = i + 1; j <= i + windowWords && j < ids.length; j += 1) {
        if (ids[i] === ids[j]) continue
        const weight = 1 / Math.sqrt(j - i)
        counts[ids[i]! * size + ids[j]!]! += weight
        counts[ids[j]! * size + ids[i]!]! += weight
      }
    }
  }
  const rowSums = new Float64Array(size)
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) rowSums[row]! += counts[row * size + column]!
  }
  const smoothed = rowSums.map((sum) => sum ** options.smoothing)
  const smoothedTotal = smoothed.reduce((a, b) => a + b, 0)
  const starts = new Uint32Array(size + 1)
  const columns: number[] = []
  const values: number[] = []
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const count = counts[row * size + column]!
      if (count === 0) continue
      // Both directions of smoothing, averaged: the matrix stays symmetric.
      const forward = (count * smoothedTotal) / (rowSums[row]! * smoothed[column]!)
      const backward = (count * smoothedTotal) / (rowSums[column]! * smoothed[row]!)
      const pmi = 0.5 * (Math.log(forward) + Math.log(backward)) - options.shift
      if (pmi <= 0) continue
      columns.push(column)
      values.push(pmi)
    }
    starts[row + 1] = columns.length
  }
  return { size, starts, columns: Uint32Array.from(columns), values: Float32Array.from(values) }
}
