import { buildIndexData } from './index-data.ts'
import { createTaskReader } from './read-task.ts'
import {
  featureNames,
  trainedWeights,
  type FeatureMix,
  type FeatureName,
  type RelevanceWeights,
} from './relevance-weights.ts'
import { createFeatureScorer } from './score-features.ts'
import type { RankedItem, Ranking, ScorableItem } from './scorer.ts'
import type { WordVectors } from './word-vectors.ts'

/** Options of `createRelevanceIndex`. */
export interface RelevanceOptions {
  /** Without them only words and spellings count. */
  readonly wordVectors?: WordVectors | undefined
  /** Default: those in the package. */
  readonly weights?: RelevanceWeights | undefined
}

/** Why an item scored as it did. */
export interface Explanation {
  readonly id: string
  readonly score: number
  /** What each feature was, its weight, and what it added. The additions sum to the score. */
  readonly features: readonly {
    readonly name: FeatureName
    readonly value: number
    readonly weight: number
    readonly added: number
  }[]
  /** Words of the task that the item holds, rarest first, and where. */
  readonly words: readonly {
    readonly word: string
    readonly weight: number
    readonly where: readonly ('name' | 'fields' | 'body' | 'examples')[]
  }[]
}

/** Items prepared for ranking. */
export interface RelevanceIndex extends Ranking {
  readonly size: number
  /** Explains the ranking, best first. Default limit: all items. */
  explain(task: string, options?: { readonly limit?: number | undefined }): readonly Explanation[]
  /** The raw features of all items against a task, for training and study. */
  features(task: string): Readonly<Record<FeatureName, Float32Array>>
}

/**
 * Prepares items, in order of priority, to be ranked against tasks. Deterministic: scores are rounded to 1e-6 and equal
 * ones stand by priority. Preparing is remembered for each item object; ranking takes microseconds.
 */
export function createRelevanceIndex(
  items: readonly ScorableItem[],
  options: RelevanceOptions = {},
): RelevanceIndex {
  const data = buildIndexData(items, options.wordVectors)
  const readTask = createTaskReader(data)
  const scorer = createFeatureScorer(data)
  const weights = options.weights ?? trainedWeights
  const mix: FeatureMix = options.wordVectors ? weights.semantic : weights.lexical
  const scores = new Float64Array(items.length)

  const scoreAll = (task: string): void => {
    scorer.score(readTask(task), mix)
    scores.fill(0)
    for (const name of featureNames) {
      const weight = mix.weights[name]
      if (weight === 0) continue
      const column = scorer.columns[name]
      for (let i = 0; i < scores.length; i += 1) scores[i]! += weight * column[i]!
    }
    for (let i = 0; i < scores.length; i += 1) scores[i] = Math.round(scores[i]! * 1e6) / 1e6
  }
  const rank = (task: string, limit: number): number[] => {
    scoreAll(task)
    return limit < scores.length && limit <= 32 ? firstFew(scores, limit) : sorted(scores, limit)
  }
  return {
    size: items.length,
    threshold: mix.threshold,
    rank: (task, { limit = items.length } = {}) =>
      rank(task, limit).map((item): RankedItem => ({ id: data.ids[item]!, score: scores[item]! })),
    explain(task, { limit = items.length } = {}) {
      return rank(task, limit).map((item): Explanation => ({
        id: data.ids[item]!,
        score: scores[item]!,
        features: featureNames.map((name) => {
          const value = scorer.columns[name][item]!
          const weight = mix.weights[name]
          return { name, value, weight, added: weight * value }
        }),
        words: readTask(task)
          .words.map(({ stem, weight, term }) => {
            const where: ('name' | 'fields' | 'body' | 'examples')[] = []
            if (term >= 0) {
              for (const place of ['name', 'fields', 'body'] as const) {
                if (holds(data[place], term, (holder) => holder === item)) where.push(place)
              }
              const inExample = (example: number): boolean => data.exampleItems[example] === item
              if (holds(data.examples, term, inExample)) where.push('examples')
            }
            return { word: stem, weight, where }
          })
          .filter(({ where }) => where.length > 0)
          .sort((a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1)),
      }))
    },
    features(task) {
      scorer.score(readTask(task), undefined)
      return scorer.columns
    },
  }
}

function firstFew(scores: Float64Array, limit: number): number[] {
  const best: number[] = []
  for (let item = 0; item < scores.length; item += 1) {
    const score = scores[item]!
    if (best.length === limit && score <= scores[best[limit - 1]!]!) continue
    let at = best.length < limit ? best.length : limit - 1
    while (at > 0 && scores[best[at - 1]!]! < score) {
      best[at] = best[at - 1]!
      at -= 1
    }
    best[at] = item
  }
  return limit > 0 ? best : []
}

function sorted(scores: Float64Array, limit: number): number[] {
  const order = Array.from(scores.keys())
  order.sort((a, b) => scores[b]! - scores[a]! || a - b)
  return order.slice(0, limit)
}

function holds(
  postings: { readonly starts: Uint32Array; readonly items: Uint32Array },
  term: number,
  matches: (item: number) => boolean,
): boolean {
  for (let at = postings.starts[term]!; at < postings.starts[term + 1]!; at += 1) {
    if (matches(postings.items[at]!)) return true
  }
  return false
}
