// A linear mix that puts right answers first: softmax over the candidates of each trial, weights of zero or more.
import { featureNames, type FeatureName } from '../src/scoring/relevance-weights.ts'
import type { TrainingSet, TrainingTrial } from './training-sets.ts'

export type Weights = Float64Array

/** Every set counts the same, however many trials it has. Only `free` features are learned; others keep `start`. */
export function fitWeights(
  sets: readonly TrainingSet[],
  options: {
    readonly free: readonly FeatureName[]
    readonly start: Weights
    readonly keep?: (trial: TrainingTrial) => boolean
    readonly rounds?: number
  },
): Weights {
  const size = featureNames.length
  const free = new Set(options.free.map((name) => featureNames.indexOf(name)))
  const weights = options.start.slice()
  for (const k of free) if (weights[k] === 0) weights[k] = 1
  const first = new Float64Array(size)
  const second = new Float64Array(size)
  const trials = sets.flatMap((set) => {
    const kept = set.trials.filter(options.keep ?? (() => true))
    return kept.map((trial) => ({ trial, share: 1 / kept.length }))
  })
  const rounds = options.rounds ?? 150
  for (let round = 1; round <= rounds; round += 1) {
    const gradient = new Float64Array(size)
    for (const { trial, share } of trials) addGradient(trial, weights, share, gradient)
    for (const k of free) {
      const g = gradient[k]! + 1e-4 * weights[k]!
      first[k] = 0.9 * first[k]! + 0.1 * g
      second[k] = 0.99 * second[k]! + 0.01 * g * g
      const step =
        first[k] / (1 - 0.9 ** round) / (Math.sqrt(second[k] / (1 - 0.99 ** round)) + 1e-9)
      weights[k] = Math.max(0, weights[k]! - 0.15 * step)
    }
  }
  return weights
}

function addGradient(
  { rows, right }: TrainingTrial,
  weights: Weights,
  share: number,
  gradient: Float64Array,
): void {
  const scores = rows.map((row) => dot(row, weights))
  const most = Math.max(...scores)
  const exps = scores.map((score) => Math.exp(score - most))
  const total = exps.reduce((a, b) => a + b, 0)
  const answers = right.filter(Boolean).length
  for (let i = 0; i < rows.length; i += 1) {
    const error = share * (exps[i]! / total - (right[i] ? 1 / answers : 0))
    if (Math.abs(error) < 1e-10) continue
    const row = rows[i]!
    for (let k = 0; k < row.length; k += 1) gradient[k]! += error * row[k]!
  }
}

/** Recall at 2 in percent; ties stand by priority. */
export function recallAt2(trials: readonly TrainingTrial[], weights: Weights): number {
  let sum = 0
  for (const { rows, right } of trials) {
    const order = rows
      .map((row, index) => ({ score: dot(row, weights), index }))
      .sort((a, b) => b.score - a.score || a.index - b.index)
    const answers = right.filter(Boolean).length
    sum += order.slice(0, 2).filter(({ index }) => right[index]).length / answers
  }
  return (100 * sum) / Math.max(1, trials.length)
}

export function dot(row: Float64Array, weights: Weights): number {
  let sum = 0
  for (let k = 0; k < row.length; k += 1) sum += row[k]! * weights[k]!
  return sum
}
