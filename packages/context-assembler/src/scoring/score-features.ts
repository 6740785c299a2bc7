import type { IndexData } from './index-data.ts'
import type { Postings } from './postings.ts'
import type { ReadTask } from './read-task.ts'
import { featureNames, type FeatureMix, type FeatureName } from './relevance-weights.ts'
import { addWordVector, normalise, type WordVectors } from './word-vectors.ts'

/** One column a feature, one value an item. Overwritten by the next task. */
export type FeatureColumns = Readonly<Record<FeatureName, Float32Array>>

/** Works out features for one index, in memory that it keeps. */
export interface FeatureScorer {
  readonly columns: FeatureColumns
  /** Fills the columns; with a mix, meaning only for the items that could come first. */
  score(task: ReadTask, mix: FeatureMix | undefined): void
}

/** Of more words than this, only the rarest are looked at letter by letter. */
const maxGramWords = 24

/** From this share of known words on, the meaning of a task counts in full. */
const wellKnown = 0.7

/** Above this many items, meaning is worked out for the best by words alone. */
const meaningCandidates = 256

/** Creates the memory for one index. */
export function createFeatureScorer(data: IndexData): FeatureScorer {
  const count = data.ids.length
  const columns = Object.fromEntries(
    featureNames.map((name) => [name, new Float32Array(count)]),
  ) as Record<FeatureName, Float32Array>
  const gramSums = new Float32Array(data.gramTable.size)
  const touched = new Int32Array(data.gramTable.size)
  const exampleSums = new Float32Array(data.exampleItems.length)
  const taskVector = new Float32Array(data.vectors?.dimensions ?? 0)

  const scoreWords = (task: ReadTask, wantsBody: boolean): void => {
    const { fields, body, name, coverage } = columns
    const byRoot = task.totalWeight > 0 ? 1 / Math.sqrt(task.totalWeight) : 0
    const byTotal = byRoot * byRoot
    for (const word of task.words) {
      if (word.term < 0) continue
      if (wantsBody) addPostings(data.body, word.term, word.weight * byRoot, body)
      addPostings(data.name, word.term, 1, name)
      cover(data.fields, word.term, word.weight * byRoot, fields, word.weight * byTotal, coverage)
      coverBodies(data, word.term, word.weight * byTotal * bodyCoverage, coverage)
    }
  }

  const scoreGrams = (task: ReadTask): void => {
    let known = 0
    let total = 0
    const most = task.words.length
    const few = most > maxGramWords ? rarityBound(task) : 0
    for (const { rarity, gramCount, grams } of task.words) {
      if (rarity < few) continue
      total += rarity * gramCount
      for (let i = 0; i < grams.length; i += 1) {
        const gram = grams[i]!
        if (gramSums[gram] === 0) touched[known++] = gram
        gramSums[gram]! += rarity
      }
    }
    const factor = total > 0 ? 1 / Math.sqrt(total) : 0
    for (let i = 0; i < known; i += 1) {
      const gram = touched[i]!
      addPostings(data.grams, gram, Math.sqrt(gramSums[gram]!) * factor, columns.grams)
      gramSums[gram] = 0
    }
  }

  const scoreBigrams = (task: ReadTask): void => {
    for (const pair of task.bigrams) addPostings(data.bigrams, pair, 1 / 3, columns.bigrams)
    if (task.bigrams.length > 3) {
      const { bigrams } = columns
      for (let i = 0; i < count; i += 1) if (bigrams[i]! > 1) bigrams[i] = 1
    }
  }

  const scoreExamples = (task: ReadTask): void => {
    if (exampleSums.length === 0) return
    exampleSums.fill(0)
    let squares = 0
    for (const word of task.words) {
      squares += word.rarity * word.rarity
      if (word.term >= 0) addPostings(data.examples, word.term, word.rarity, exampleSums)
    }
    const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0
    keepBest(exampleSums, factor, data.exampleItems, columns.examples)
  }

  const scoreMeaning = (task: ReadTask, mix: FeatureMix | undefined): void => {
    const { vectors } = data
    if (!vectors) return
    taskVector.fill(0)
    let known = 0
    let total = 0
    for (const word of task.words) {
      total += word.rarity
      if (word.row < 0) continue
      known += word.rarity
      word.vector ??= vectorOf(vectors, word.row)
      const { vector } = word
      for (let k = 0; k < vector.length; k += 1) taskVector[k]! += vector[k]!
    }
    normalise(taskVector)
    // In another language the few words that are known are known by accident.
    const trust = total > 0 ? Math.min(1, known / total / wellKnown) : 0
    for (let k = 0; k < taskVector.length; k += 1) taskVector[k]! *= trust
    if (mix && count > meaningCandidates * 1.5) {
      for (const item of bestByWords(columns, mix, meaningCandidates)) {
        columns.meaning[item] = dot(data.meanings, item, taskVector)
      }
    } else {
      for (let item = 0; item < count; item += 1) {
        columns.meaning[item] = dot(data.meanings, item, taskVector)
      }
    }
    const { exampleItems } = data
    for (let at = 0; at < exampleItems.length; at += 1) {
      const value = dot(data.exampleMeanings, at, taskVector)
      const item = exampleItems[at]!
      if (value > columns.example_meaning[item]!) columns.example_meaning[item] = value
    }
  }

  return {
    columns,
    score(task, mix) {
      for (const name of featureNames) columns[name].fill(0)
      scoreWords(task, mix === undefined || mix.weights.body > 0)
      scoreGrams(task)
      scoreBigrams(task)
      scoreExamples(task)
      scoreMeaning(task, mix)
    },
  }
}

/** A word that stands in the body alone covers half. */
const bodyCoverage = 0.5

function addPostings(postings: Postings, key: number, factor: number, column: Float32Array): void {
  const { items, values } = postings
  const end = postings.starts[key + 1]!
  for (let at = postings.starts[key]!; at < end; at += 1)
    column[items[at]!]! += factor * values[at]!
}

function cover(
  postings: Postings,
  key: number,
  factor: number,
  column: Float32Array,
  share: number,
  coverage: Float32Array,
): void {
  const { items, values } = postings
  const end = postings.starts[key + 1]!
  for (let at = postings.starts[key]!; at < end; at += 1) {
    const item = items[at]!
    column[item]! += factor * values[at]!
    coverage[item]! += share
  }
}

/** Bodies that hold a term which the other fields do not. Both lists are in the order of the items. */
function coverBodies(data: IndexData, term: number, share: number, coverage: Float32Array): void {
  const { body, fields } = data
  let other = fields.starts[term]!
  const otherEnd = fields.starts[term + 1]!
  const end = body.starts[term + 1]!
  for (let at = body.starts[term]!; at < end; at += 1) {
    const item = body.items[at]!
    while (other < otherEnd && fields.items[other]! < item) other += 1
    if (other < otherEnd && fields.items[other] === item) continue
    coverage[item]! += share
  }
}

function keepBest(
  sums: Float32Array,
  factor: number,
  owners: Uint32Array,
  column: Float32Array,
): void {
  for (let at = 0; at < sums.length; at += 1) {
    const value = sums[at]! * factor
    if (value > column[owners[at]!]!) column[owners[at]!] = value
  }
}

function dot(rows: Float32Array, row: number, vector: Float32Array): number {
  const width = vector.length
  const from = row * width
  let a = 0
  let b = 0
  for (let k = 0; k + 1 < width; k += 2) {
    a += rows[from + k]! * vector[k]!
    b += rows[from + k + 1]! * vector[k + 1]!
  }
  if (width % 2 === 1) a += rows[from + width - 1]! * vector[width - 1]!
  return a + b
}

const bucketCount = 1024

/** About `limit` items that come first without meaning; none where no word matches. */
function bestByWords(columns: FeatureColumns, mix: FeatureMix, limit: number): number[] {
  const count = columns.fields.length
  const scores = new Float32Array(count)
  for (const name of featureNames) {
    const weight = mix.weights[name]
    const column = columns[name]
    if (weight === 0) continue
    for (let i = 0; i < count; i += 1) scores[i]! += weight * column[i]!
  }
  let highest = 0
  for (let i = 0; i < count; i += 1) if (scores[i]! > highest) highest = scores[i]!
  if (highest === 0) return []
  // A histogram instead of a sort: the bound is the lower edge of the bucket that holds the last place.
  const buckets = new Uint32Array(bucketCount)
  const factor = (bucketCount - 1) / highest
  for (let i = 0; i < count; i += 1) buckets[(scores[i]! * factor) | 0]! += 1
  let bucket = bucketCount - 1
  for (let seen = buckets[bucket]!; seen < limit && bucket > 1;) seen += buckets[--bucket]!
  const best: number[] = []
  for (let i = 0; i < count && best.length < 2 * limit; i += 1) {
    if (((scores[i]! * factor) | 0) >= bucket) best.push(i)
  }
  return best
}

function rarityBound(task: ReadTask): number {
  const rarities = Float64Array.from(task.words, (word) => word.rarity).sort()
  return rarities[rarities.length - maxGramWords]!
}

function vectorOf(vectors: WordVectors, row: number): Float32Array {
  const vector = new Float32Array(vectors.dimensions)
  addWordVector(vector, vectors, row, 1)
  return vector
}
