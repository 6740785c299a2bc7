import { wordRarity } from './background-words.ts'
import { buildPostings, KeyTable, type Postings } from './postings.ts'
import { prepareItem, type PreparedItem } from './prepare-item.ts'
import type { ScorableItem } from './scorer.ts'
import type { WordVectors } from './word-vectors.ts'

/** An assignment laid out for scoring: everything that can be worked out before the task is known. */
export interface IndexData {
  readonly ids: readonly string[]
  readonly terms: KeyTable<string>
  /** Weight of each term: rare in general and rare here. */
  readonly termWeights: Float32Array
  readonly fields: Postings
  readonly body: Postings
  readonly name: Postings
  readonly gramTable: KeyTable<number>
  readonly grams: Postings
  /** Key: first term's number × number of terms + second term's number. */
  readonly bigramTable: KeyTable<number>
  readonly bigrams: Postings
  /** Term to example; `exampleItems` says whose it is. */
  readonly examples: Postings
  readonly exampleItems: Uint32Array
  readonly vectors: WordVectors | undefined
  /** One row an item. */
  readonly meanings: Float32Array
  readonly exampleMeanings: Float32Array
}

/** How much rarity among the assigned items counts beside rarity in general. */
const localShare = 0.5

/** Lays out items, in order of priority. */
export function buildIndexData(
  items: readonly ScorableItem[],
  vectors: WordVectors | undefined,
): IndexData {
  const prepared = items.map((item) => preparedOf(item, vectors))
  const terms = new KeyTable<string>()
  const gramTable = new KeyTable<number>()
  // Each item's keys as numbers, looked up once: the passes below are over numbers alone.
  const termIds = prepared.map((item) => Uint32Array.from(item.stems, (stem) => terms.idOf(stem)))
  const gramIds = prepared.map((item) => item.grams.map((gram) => gramTable.idOf(gram)))
  for (const item of prepared) {
    for (const example of item.examples) for (const stem of example.stems) terms.idOf(stem)
  }
  const byTerm = (pick: (item: PreparedItem) => Float32Array): Postings =>
    buildPostings(terms.size, (add) => {
      for (let index = 0; index < prepared.length; index += 1) {
        const values = pick(prepared[index]!)
        const ids = termIds[index]!
        for (let at = 0; at < ids.length; at += 1) {
          if (values[at]! > 0) add(ids[at]!, index, values[at]!)
        }
      }
    })
  const fields = byTerm((item) => item.fields)
  const examples = prepared.flatMap((item, owner) =>
    item.examples.map((example) => ({ owner, example })),
  )
  const bigramKeys = prepared.map((item) => item.bigrams.map((pair) => bigramKey(terms, pair)))
  const bigramTable = new KeyTable<number>()
  for (const keys of bigramKeys) for (const key of keys) bigramTable.idOf(key)
  return {
    ids: items.map((item) => item.id),
    terms,
    termWeights: termWeights(terms, fields, prepared.length),
    fields,
    body: byTerm((item) => item.body),
    name: byTerm((item) => item.name),
    gramTable,
    grams: buildPostings(gramTable.size, (add) => {
      for (let index = 0; index < prepared.length; index += 1) {
        const ids = gramIds[index]!
        const values = prepared[index]!.gramWeights
        for (let at = 0; at < ids.length; at += 1) add(ids[at]!, index, values[at]!)
      }
    }),
    bigramTable,
    bigrams: buildPostings(bigramTable.size, (add) => {
      for (const [index, keys] of bigramKeys.entries()) {
        for (const key of keys) add(bigramTable.find(key), index, 1)
      }
    }),
    examples: buildPostings(terms.size, (add) => {
      for (const [index, { example }] of examples.entries()) {
        for (const [at, stem] of example.stems.entries()) {
          add(terms.find(stem), index, example.weights[at]!)
        }
      }
    }),
    exampleItems: Uint32Array.from(examples, ({ owner }) => owner),
    vectors,
    meanings: vectors
      ? joined(
          prepared.map((item) => item.vector!),
          vectors.dimensions,
        )
      : new Float32Array(0),
    exampleMeanings: vectors
      ? joined(
          prepared.flatMap((item) => item.exampleVectors),
          vectors.dimensions,
        )
      : new Float32Array(0),
  }
}

function bigramKey(terms: KeyTable<string>, pair: string): number {
  const [first, second] = pair.split(' ')
  return terms.find(first!) * terms.size + terms.find(second!)
}

function termWeights(terms: KeyTable<string>, fields: Postings, count: number): Float32Array {
  const weights = new Float32Array(terms.size)
  const most = Math.log(1 + (count + 0.5) / 0.5)
  for (const [stem, id] of terms.entries()) {
    const holders = fields.starts[id + 1]! - fields.starts[id]!
    const local = Math.log(1 + (count - holders + 0.5) / (holders + 0.5)) / most
    weights[id] = wordRarity(stem) * (1 - localShare + localShare * local)
  }
  return weights
}

function joined(rows: readonly Float32Array[], width: number): Float32Array {
  const all = new Float32Array(rows.length * width)
  for (const [index, row] of rows.entries()) all.set(row, index * width)
  return all
}

interface Remembered {
  readonly prepared: PreparedItem
  readonly fields: readonly unknown[]
}

/** Preparing costs far more than scoring: an item is prepared once, for as long as its texts are the same. */
const remembered = new WeakMap<ScorableItem, Map<string, Remembered>>()

function preparedOf(item: ScorableItem, vectors: WordVectors | undefined): PreparedItem {
  const fields = [
    item.name,
    item.slug,
    item.description,
    item.body,
    ...Object.values(item.locales ?? {}).flatMap(({ name, description }) => [name, description]),
    ...(item.tags ?? []),
    ...(item.use_cases ?? []),
    ...(item.examples ?? []),
    ...[...(item.skills ?? []), ...(item.commands ?? [])].flatMap((part) => [
      part.name,
      part.description,
    ]),
  ]
  let byVectors = remembered.get(item)
  if (!byVectors) remembered.set(item, (byVectors = new Map()))
  const key = vectors?.digest ?? ''
  const known = byVectors.get(key)
  if (
    known &&
    known.fields.length === fields.length &&
    known.fields.every((value, i) => value === fields[i])
  ) {
    return known.prepared
  }
  const prepared = prepareItem(item, vectors)
  byVectors.set(key, { prepared, fields })
  return prepared
}
