import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readDatasets, trialsOf, withExamples, type Dataset } from '../relevance/datasets.ts'
import { measure } from '../relevance/metrics.ts'
import { labelledData } from '../relevance/places.ts'
import { createRelevanceIndex, keywordScorer, type Scorer } from '../src/index.ts'
import { loadWordVectors } from '../src/word-vectors.ts'

const wordVectors = loadWordVectors()
const semantic: Scorer = (items) => createRelevanceIndex(items, { wordVectors })
const lexical: Scorer = (items) => createRelevanceIndex(items)

function recallAt2(
  scorer: Scorer,
  dataset: Dataset,
  size: number | 'domain',
  maxQueries: number,
): number {
  const trials = trialsOf(dataset, size, { maxQueries })
  const rankings = trials.map(({ query, candidates }) =>
    scorer(candidates.map((index) => dataset.items[index]!))
      .rank(query.q, { limit: 2 })
      .map(({ id }) => id),
  )
  return measure(
    rankings,
    trials.map(({ query }) => query.relevant),
  ).recall_2
}

// The figures that are promised, on samples large enough for them.
describe.skipIf(!existsSync(labelledData))(
  'on the public development data (needs ../shared/data)',
  () => {
    const datasets = existsSync(labelledData) ? readDatasets(labelledData) : []
    const named = (name: string): Dataset => datasets.find((dataset) => dataset.name === name)!

    it('[X7] chooses well among 50 plugins, words alone and with word vectors, far ahead of the plain scorer', () => {
      const metatool = named('metatool-single')
      const plain = recallAt2(keywordScorer, metatool, 50, 3000)
      const words = recallAt2(lexical, metatool, 50, 3000)
      const meaning = recallAt2(semantic, metatool, 50, 3000)
      expect(words).toBeGreaterThan(64)
      expect(meaning).toBeGreaterThan(70)
      expect(words).toBeGreaterThan(plain + 20)
    })

    it('[X7] finds two tools where a task needs two, and skills of one field among their like', () => {
      expect(recallAt2(semantic, named('metatool-multi'), 50, 120)).toBeGreaterThan(64)
      expect(recallAt2(semantic, named('skills-marketing'), 'domain', 250)).toBeGreaterThanOrEqual(
        86,
      )
      expect(recallAt2(lexical, named('skills-marketing'), 'domain', 250)).toBeGreaterThanOrEqual(
        86,
      )
    })

    it('[X7] chooses better still with three example prompts an item', () => {
      const metatool = withExamples(named('metatool-single'), 3)
      expect(recallAt2(semantic, metatool, 50, 2000)).toBeGreaterThan(79)
    })

    it('[X7] is never below the plain scorer on any data set', () => {
      for (const dataset of datasets) {
        for (const size of [10, 50, 199] as const) {
          const plain = recallAt2(keywordScorer, dataset, size, 200)
          expect(recallAt2(semantic, dataset, size, 200)).toBeGreaterThanOrEqual(plain)
          expect(recallAt2(lexical, dataset, size, 200)).toBeGreaterThanOrEqual(plain)
        }
      }
    })
  },
)
