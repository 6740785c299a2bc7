// From which score on something fits: the best answer when the right one is there, against the best when it is not.
import { dot, type Weights } from './fit-weights.ts'
import type { TrainingSet } from './training-sets.ts'

/** Best scores with the right answers present, and with them taken away. Every set gives the same number. */
export interface ScoreSamples {
  readonly present: readonly number[]
  readonly absent: readonly number[]
}

const perSet = 200

export function sampleScores(sets: readonly TrainingSet[], weights: Weights): ScoreSamples {
  const present: number[] = []
  const absent: number[] = []
  for (const { trials } of sets) {
    const every = Math.max(1, trials.length / perSet)
    for (let at = 0; Math.floor(at) < trials.length; at += every) {
      const { rows, right } = trials[Math.floor(at)]!
      const scores = rows.map((row) => dot(row, weights))
      present.push(Math.max(...scores))
      absent.push(Math.max(...scores.filter((_score, index) => !right[index])))
    }
  }
  return { present, absent }
}

/** Of tasks that something answers, this share may be called unanswerable. */
const mayMiss = 0.05

/** The score that all but `mayMiss` of the answerable tasks reach. */
export function fitThreshold(sets: readonly TrainingSet[], weights: Weights): number {
  const { present } = sampleScores(sets, weights)
  const sorted = [...present].sort((a, b) => a - b)
  return Math.round(sorted[Math.floor(sorted.length * mayMiss)]! * 100) / 100
}
