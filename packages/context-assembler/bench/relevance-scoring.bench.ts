// Scoring N assigned plugins for a 200-word task, against the plain scorer written naively. Synthetic texts drawn from
// the background words: the same everywhere, and nobody's.
import { create, insert, search } from '@orama/orama'
import MiniSearch from 'minisearch'
import { createRelevanceIndex, type ScorableItem } from '../src/index.ts'
import { loadWordVectors } from '../src/word-vectors.ts'
import { interleaved, type BenchResult } from './interleaved.ts'
import { createTexts } from './synthetic-texts.ts'

export default async function relevanceScoring(): Promise<BenchResult[]> {
  const wordVectors = loadWordVectors()
  const results: BenchResult[] = []
  for (const size of [10, 100, 1000, 8000]) {
    const texts = createTexts(size)
    const items = Array.from({ length: size }, (_unused, n): ScorableItem => texts.item(n))
    const tasks = Array.from({ length: 40 }, () => texts.words(200))
    const semantic = createRelevanceIndex(items, { wordVectors })
    const lexical = createRelevanceIndex(items)
    const mini = new MiniSearch<ScorableItem>({
      fields: ['name', 'description', 'body'],
      idField: 'id',
    })
    mini.addAll(items)
    const index = create({
      schema: { id: 'string', name: 'string', description: 'string', body: 'string' },
    })
    for (const { id, name, description = '', body = '' } of items) {
      void insert(index, { id, name, description, body })
    }
    const works: Record<string, (round: number) => unknown> = {
      ours: (round) => semantic.rank(tasks[round % 40]!, { limit: 2 }),
      'ours, words alone': (round) => lexical.rank(tasks[round % 40]!, { limit: 2 }),
      naive: (round) => naive(items, tasks[round % 40]!),
    }
    if (size <= 1000) {
      works['MiniSearch'] = (round) => mini.search(tasks[round % 40]!).slice(0, 2)
      works['Orama'] = (round) => search(index, { term: tasks[round % 40]!, limit: 2 })
    }
    const times = await interleaved(works, size > 1000 ? 30 : 200)
    results.push({
      name: `relevance: rank ${size} plugins for a 200-word task`,
      unit: 'µs p50',
      ours: times['ours']!,
      peers: Object.fromEntries(Object.entries(times).filter(([name]) => name !== 'ours')),
      ratios: {
        'naive / ours': times['naive']! / times['ours']!,
        'naive / words alone': times['naive']! / times['ours, words alone']!,
        ...(times['Orama'] ? { 'Orama / ours': times['Orama'] / times['ours']! } : {}),
      },
    })
  }
  const texts = createTexts(3)
  const item = (n: number): ScorableItem => texts.item(n)
  const built = await interleaved(
    {
      fresh: (round) => createRelevanceIndex([item(round)], { wordVectors }),
    },
    100,
  )
  results.push({
    name: 'relevance: prepare one plugin',
    unit: 'µs p50',
    ours: built['fresh']!,
    peers: {},
    ratios: {},
  })
  return results
}

/** The plain scorer as one writes it: each item's words looked up in the task, nothing prepared. */
function naive(items: readonly ScorableItem[], task: string): string[] {
  const words = new Set(task.toLowerCase().match(/[a-z0-9]+/g))
  return items
    .map(({ id, name, description }, priority) => {
      let score = 0
      for (const word of new Set(name.toLowerCase().match(/[a-z0-9]+/g)))
        if (words.has(word)) score += 1
      for (const word of new Set((description ?? '').toLowerCase().match(/[a-z0-9]+/g))) {
        if (word.length >= 4 && words.has(word)) score += 1
      }
      return { id, score, priority }
    })
    .sort((a, b) => b.score - a.score || a.priority - b.priority)
    .slice(0, 2)
    .map(({ id }) => id)
}
