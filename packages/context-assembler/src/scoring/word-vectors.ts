/**
 * A static table of word vectors. Rows are whole numbers; `scales[row]` times a row is the vector, whose length says
 * how much the word matters.
 */
export interface WordVectors {
  /** SHA-256 of the table: enters the digest of every context that it helped to choose. */
  readonly digest: string
  readonly dimensions: number
  /** Row of each word's stem. */
  readonly rows: ReadonlyMap<string, number>
  readonly values: Int8Array
  readonly scales: Float32Array
}

/** Adds a word's vector to a sum. */
export function addWordVector(
  sum: Float32Array,
  vectors: WordVectors,
  row: number,
  factor: number,
): void {
  const { dimensions, values } = vectors
  const scale = vectors.scales[row]! * factor
  const from = row * dimensions
  for (let k = 0; k < dimensions; k += 1) sum[k]! += scale * values[from + k]!
}

/** Brings a vector to length 1; a zero vector stays. */
export function normalise(vector: Float32Array): void {
  let sum = 0
  for (const value of vector) sum += value * value
  if (sum === 0) return
  const factor = 1 / Math.sqrt(sum)
  for (let k = 0; k < vector.length; k += 1) vector[k]! *= factor
}
