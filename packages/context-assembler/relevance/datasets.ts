// Labelled data: tasks and the items that answer them. Files of the shape
// `{ dataset, items: [{ id, name, slug, description, tags?, body? }], queries: [{ q, relevant: [] }] }`.
import { readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ScorableItem } from '../src/scoring/scorer.ts'
import { createRandom, shuffle } from './random.ts'

export interface LabelledQuery {
  readonly q: string
  readonly relevant: readonly string[]
}

export interface Dataset {
  readonly name: string
  readonly items: readonly ScorableItem[]
  readonly queries: readonly LabelledQuery[]
  /** Items that answer some query; the others only distract. */
  readonly labelled: readonly number[]
}

/** One task with the candidates it is judged among. `candidates` are indexes into the items, in the items' order. */
export interface Trial {
  readonly query: LabelledQuery
  readonly candidates: readonly number[]
}

export function readDatasets(folder: string): Dataset[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => {
      const parsed = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        items?: ScorableItem[]
        queries?: LabelledQuery[]
      }
      if (!Array.isArray(parsed.items) || !Array.isArray(parsed.queries)) return []
      const known = new Set(parsed.items.map((item) => item.id))
      const queries = parsed.queries.filter((query) => query.relevant.some((id) => known.has(id)))
      const answers = new Set(queries.flatMap((query) => query.relevant))
      const items = parsed.items.map(tidy)
      const labelled = items.flatMap((item, index) => (answers.has(item.id) ? [index] : []))
      return [{ name: basename(file, '.json'), items, queries, labelled }]
    })
}

function tidy(item: ScorableItem): ScorableItem {
  const tags: unknown = item.tags
  if (tags === undefined || Array.isArray(tags)) return item
  return { ...item, tags: typeof tags === 'string' ? [tags] : [] }
}

/**
 * The trials of a data set at N candidates: the right answers and others drawn at random, the same for every scorer.
 * `domain`: all items that answer some query compete. Queries beyond `maxQueries` are left out, evenly.
 */
export function trialsOf(
  dataset: Dataset,
  size: number | 'all' | 'domain',
  options: { readonly seed?: number; readonly maxQueries?: number } = {},
): Trial[] {
  const random = createRandom(options.seed ?? 1)
  const indexOf = new Map(dataset.items.map((item, index) => [item.id, index]))
  const every = Math.max(1, dataset.queries.length / (options.maxQueries ?? Infinity))
  const all = size === 'domain' ? dataset.labelled : dataset.items.map((_item, index) => index)
  const trials: Trial[] = []
  for (let at = 0; Math.floor(at) < dataset.queries.length; at += every) {
    const query = dataset.queries[Math.floor(at)]!
    if (typeof size === 'string' || size >= all.length) {
      trials.push({ query, candidates: all })
      continue
    }
    const chosen = new Set(query.relevant.flatMap((id) => indexOf.get(id) ?? []))
    while (chosen.size < size) chosen.add(Math.floor(random() * all.length))
    trials.push({ query, candidates: [...chosen].sort((a, b) => a - b) })
  }
  return trials
}

/**
 * The data set with up to `count` of its own queries as example prompts of the items they ask for; those queries are
 * no longer asked.
 */
export function withExamples(dataset: Dataset, count: number, seed = 5): Dataset {
  const order = shuffle(
    dataset.queries.map((_query, index) => index),
    createRandom(seed),
  )
  const taken = new Set<number>()
  const examples = new Map<string, string[]>()
  for (const index of order) {
    const query = dataset.queries[index]!
    for (const id of query.relevant) {
      const list = examples.get(id) ?? []
      if (list.length >= count) continue
      examples.set(id, [...list, query.q])
      taken.add(index)
    }
  }
  const items = dataset.items.map((item) => {
    const own = examples.get(item.id)
    return own ? { ...item, examples: own } : item
  })
  return {
    ...dataset,
    items,
    queries: dataset.queries.filter((_query, index) => !taken.has(index)),
  }
}
