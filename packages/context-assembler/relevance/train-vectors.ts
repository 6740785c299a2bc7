// From the words of public skills to the table of word vectors.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { positivePmi } from './cooccurrence.ts'
import type { Corpus } from './corpus.ts'
import { scoringSources } from './places.ts'
import { createRandom } from './random.ts'
import { truncatedEigen } from './truncated-eigen.ts'
import { tuneVectors, type RowPair } from './tune-vectors.ts'
import { encodeTable, type PlainVectors } from './word-vector-file.ts'

export const dimensions = 128
/** A word must stand in this many documents, of two collections: no name or secret of one author gets in. */
const minDocuments = 6
/** Keeps the table at about 1.4 MB. */
const maxWords = 10_400

/** Trains and writes the table; answers how many words it holds. */
export function trainVectors(corpus: Corpus): number {
  const words = vocabulary(corpus)
  const tuned = tuneVectors(neighbourVectors(corpus, words), rowPairs(corpus, words), {
    seed: 7,
    rounds: 3,
    batch: 256,
    rate: 0.002,
    temperature: 0.08,
    dropout: 0.3,
  })
  const table = encodeTable(
    tuned,
    `pnpm relevance:train vectors: ${words.length} stems in at least ${minDocuments} of ${corpus.documents} public skills, commands and agents of at least 2 collections; positive PMI, ${dimensions} dimensions, tuned on ${corpus.pairs.length} pairs of a description and its own use sentences`,
  )
  writeFileSync(
    join(scoringSources, 'word-vector-table.json'),
    `${JSON.stringify(table, null, 2)}\n`,
  )
  return words.length
}

function vocabulary(corpus: Corpus): string[] {
  return [...corpus.documentCounts]
    .filter(
      ([word, count]) =>
        count >= minDocuments &&
        (corpus.archiveCounts.get(word) ?? 0) >= 2 &&
        /^[a-z][a-z0-9]{1,23}$/.test(word),
    )
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, maxWords)
    .map(([word]) => word)
}

/** Eigenvectors of the PMI matrix, each word's length set by its rarity. */
function neighbourVectors(corpus: Corpus, words: readonly string[]): PlainVectors {
  const indexOf = new Map(words.map((word, index) => [word, index]))
  const matrix = positivePmi(corpus.lines, indexOf, { smoothing: 0.75, shift: 0 })
  const { values: eigen, vectors } = truncatedEigen(matrix, dimensions, 5, createRandom(1))
  const values = new Float32Array(vectors.length)
  for (const [row, word] of words.entries()) {
    let squares = 0
    for (let k = 0; k < dimensions; k += 1) {
      const value = vectors[row * dimensions + k]! * Math.abs(eigen[k]!) ** 0.25
      values[row * dimensions + k] = value
      squares += value * value
    }
    const rarity = Math.log((corpus.documents + 1) / (corpus.documentCounts.get(word)! + 1)) / 5
    const factor = rarity / (Math.sqrt(squares) || 1)
    for (let k = 0; k < dimensions; k += 1) values[row * dimensions + k]! *= factor
  }
  return { words, dimensions, values }
}

function rowPairs(corpus: Corpus, words: readonly string[]): RowPair[] {
  const indexOf = new Map(words.map((word, index) => [word, index]))
  const rowsOf = (stems: readonly string[]): number[] => [
    ...new Set(stems.flatMap((stem) => indexOf.get(stem) ?? [])),
  ]
  return corpus.pairs
    .map(({ task, item, group }) => ({ task: rowsOf(task), item: rowsOf(item), group }))
    .filter(({ task, item }) => task.length >= 2 && item.length >= 2)
}
