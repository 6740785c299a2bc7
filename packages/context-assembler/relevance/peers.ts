// What we are measured against: each a scorer over the same items.
import { create, insert, search } from '@orama/orama'
import MiniSearch from 'minisearch'
import type { RankedItem, Scorer, ScorableItem } from '../src/scoring/scorer.ts'

/** Peers read what they do best with over all data sets: long bodies bury their matches in names and descriptions. */
const textOf = (item: ScorableItem): string =>
  [item.name, item.slug, item.description, ...(item.tags ?? []), ...(item.examples ?? [])]
    .filter(Boolean)
    .join(' ')

/** BM25 over all text in one field, lower-cased words, nothing else: k1 1.2, b 0.75. */
export const plainBm25: Scorer = (items) => {
  const documents = items.map(
    (item) =>
      textOf(item)
        .toLowerCase()
        .match(/[a-z0-9]+/g) ?? [],
  )
  const average = documents.reduce((sum, words) => sum + words.length, 0) / items.length
  const counts = documents.map((words) => {
    const map = new Map<string, number>()
    for (const word of words) map.set(word, (map.get(word) ?? 0) + 1)
    return map
  })
  const holders = new Map<string, number>()
  for (const map of counts)
    for (const word of map.keys()) holders.set(word, (holders.get(word) ?? 0) + 1)
  return {
    rank(task, options) {
      const words = new Set(task.toLowerCase().match(/[a-z0-9]+/g))
      const scores = counts.map((map, index) => {
        let score = 0
        for (const word of words) {
          const count = map.get(word)
          if (!count) continue
          const held = holders.get(word)!
          const idf = Math.log(1 + (items.length - held + 0.5) / (held + 0.5))
          const norm = 1.2 * (0.25 + (0.75 * documents[index]!.length) / average)
          score += (idf * count * 2.2) / (count + norm)
        }
        return score
      })
      return ranked(items, scores, options?.limit)
    },
  }
}

export const miniSearch: Scorer = (items) => {
  const index = new MiniSearch<ScorableItem>({
    fields: ['name', 'slug', 'description', 'tags', 'examples'],
    idField: 'id',
    extractField: (item, field) => {
      const value: unknown = item[field as keyof ScorableItem]
      if (Array.isArray(value)) return value.join(' ')
      return typeof value === 'string' ? value : ''
    },
  })
  index.addAll(items)
  const places = placesOf(items)
  return {
    rank: (task, options) =>
      filledUp(
        items,
        places,
        index.search(task).map(({ id, score }) => ({ id: String(id), score })),
        options?.limit,
      ),
  }
}

export const orama: Scorer = (items) => {
  const index = create({
    schema: { id: 'string', name: 'string', description: 'string', tags: 'string' },
  })
  for (const item of items) {
    void insert(index, {
      id: item.id,
      name: item.name,
      description: [item.description, ...(item.examples ?? [])].join(' '),
      tags: (item.tags ?? []).join(' '),
    })
  }
  const places = placesOf(items)
  return {
    rank(task, options) {
      const found = search(index, { term: task, limit: options?.limit ?? items.length })
      if (found instanceof Promise)
        throw new Error('expected Orama to answer at once without plugins')
      const hits = found.hits.map(({ document, score }) => ({ id: document.id, score }))
      return filledUp(items, places, hits, options?.limit)
    },
  }
}

function ranked(
  items: readonly ScorableItem[],
  scores: readonly number[],
  limit = items.length,
): RankedItem[] {
  const order = scores.map((_score, index) => index)
  order.sort((a, b) => scores[b]! - scores[a]! || a - b)
  return order.slice(0, limit).map((index) => ({ id: items[index]!.id, score: scores[index]! }))
}

function placesOf(items: readonly ScorableItem[]): ReadonlyMap<string, number> {
  return new Map(items.map(({ id }, index) => [id, index]))
}

/** Items that a peer leaves out follow by priority, and its ties stand by priority, as ours do. */
function filledUp(
  items: readonly ScorableItem[],
  places: ReadonlyMap<string, number>,
  hits: readonly RankedItem[],
  limit = items.length,
): RankedItem[] {
  const scores = items.map(() => 0)
  for (const { id, score } of hits) scores[places.get(id)!] = score
  return ranked(items, scores, limit)
}
