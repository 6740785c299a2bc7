// The development data as features and answers, ready to learn weights from.
import type { ScorableItem } from '../src/scoring/scorer.ts'
import { createRelevanceIndex } from '../src/scoring/relevance-index.ts'
import { featureNames } from '../src/scoring/relevance-weights.ts'
import type { WordVectors } from '../src/scoring/word-vectors.ts'
import { trialsOf, withExamples, type Dataset } from './datasets.ts'

export interface TrainingTrial {
  /** One row of features for each candidate. */
  readonly rows: readonly Float64Array[]
  readonly right: readonly boolean[]
  /** 0 or 1, by the text of the query: for cross-validation. */
  readonly half: number
}

export interface TrainingSet {
  readonly name: string
  readonly dataset: string
  readonly examples: number
  readonly trials: readonly TrainingTrial[]
}

interface Plan {
  readonly dataset: string
  readonly size: number | 'all' | 'domain'
  readonly maxQueries: number
  readonly examples?: number
}

export const plans: readonly Plan[] = [
  { dataset: 'metatool-single', size: 10, maxQueries: 700 },
  { dataset: 'metatool-single', size: 50, maxQueries: 700 },
  { dataset: 'metatool-single', size: 199, maxQueries: 700 },
  { dataset: 'metatool-multi', size: 50, maxQueries: 250 },
  { dataset: 'skills-marketing', size: 'domain', maxQueries: 250 },
  { dataset: 'skills-marketing', size: 199, maxQueries: 250 },
  { dataset: 'sealtools', size: 50, maxQueries: 300 },
  { dataset: 'sealtools', size: 199, maxQueries: 300 },
  { dataset: 'sealtools', size: 1500, maxQueries: 60 },
  { dataset: 'metatool-single', size: 50, maxQueries: 600, examples: 3 },
  { dataset: 'metatool-single', size: 199, maxQueries: 600, examples: 3 },
  { dataset: 'skills-marketing', size: 'domain', maxQueries: 250, examples: 1 },
]

export function trainingSets(
  datasets: readonly Dataset[],
  vectors: WordVectors | undefined,
): TrainingSet[] {
  return plans.flatMap((plan) => {
    const found = datasets.find(({ name }) => name === plan.dataset)
    if (!found) return []
    const examples = plan.examples ?? 0
    const dataset = examples > 0 ? withExamples(found, examples) : found
    const trials = trialsOf(dataset, plan.size, { maxQueries: plan.maxQueries }).map(
      ({ query, candidates }): TrainingTrial => {
        const items = candidates.map((index): ScorableItem => dataset.items[index]!)
        const columns = createRelevanceIndex(items, { wordVectors: vectors }).features(query.q)
        return {
          rows: items.map((_item, i) =>
            Float64Array.from(featureNames, (name) => columns[name][i]!),
          ),
          right: items.map((item) => query.relevant.includes(item.id)),
          half: halfOf(query.q),
        }
      },
    )
    const name = `${plan.dataset}@${plan.size}${examples > 0 ? `+${examples}` : ''}`
    return [{ name, dataset: plan.dataset, examples, trials }]
  })
}

function halfOf(text: string): number {
  let hash = 7
  for (let i = 0; i < text.length; i += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) >>> 0
  return (hash >>> 7) & 1
}
