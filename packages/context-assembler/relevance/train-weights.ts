// Learns how the features are weighed together, and from which score on something fits.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  featureNames,
  type FeatureMix,
  type FeatureName,
  type RelevanceWeights,
} from '../src/scoring/relevance-weights.ts'
import type { WordVectors } from '../src/scoring/word-vectors.ts'
import type { Dataset } from './datasets.ts'
import { fitThreshold } from './fit-threshold.ts'
import { fitWeights, recallAt2, type Weights } from './fit-weights.ts'
import { scoringSources } from './places.ts'
import { trainingSets, type TrainingSet, type TrainingTrial } from './training-sets.ts'

/** Learns both mixes, prints how they hold up on queries they have not seen, writes `relevance-weights.json`. */
export function trainWeights(datasets: readonly Dataset[], vectors: WordVectors): RelevanceWeights {
  const lexical = trainMix('lexical', trainingSets(datasets, undefined), false)
  const semantic = trainMix('semantic', trainingSets(datasets, vectors), true)
  const weights = {
    made_by:
      'pnpm relevance:train weights: softmax over the candidates of each development query, every data set and size counting the same, weights of zero or more; examples learned last with the rest fixed',
    lexical,
    semantic,
  }
  writeFileSync(
    join(scoringSources, 'relevance-weights.json'),
    `${JSON.stringify(weights, null, 2)}\n`,
  )
  return weights
}

function trainMix(label: string, sets: readonly TrainingSet[], semantic: boolean): FeatureMix {
  const plain: FeatureName[] = ['fields', 'body', 'name', 'grams', 'coverage', 'bigrams']
  const exampled: FeatureName[] = ['examples']
  if (semantic) {
    plain.push('meaning')
    exampled.push('example_meaning')
  }
  const without = sets.filter(({ examples }) => examples === 0)
  const withExamples = sets.filter(({ examples }) => examples > 0)
  const fit = (
    chosen: readonly TrainingSet[],
    keep?: (trial: TrainingTrial) => boolean,
  ): Weights => {
    const options = keep ? { keep } : {}
    const start = new Float64Array(featureNames.length)
    const first = fitWeights(chosen, { free: plain, start, ...options })
    return fitWeights(withExamples, { free: exampled, start: first, ...options })
  }
  const all = fit(without)
  report(label, sets, all, fit)
  return {
    threshold: fitThreshold(without, all),
    weights: Object.fromEntries(
      featureNames.map((name, k) => [name, Math.round(all[k]! * 1000) / 1000]),
    ) as Record<FeatureName, number>,
  }
}

/** Recall at 2: of the final weights, of weights learned on the other half, and without the set's whole data set. */
function report(
  label: string,
  sets: readonly TrainingSet[],
  all: Weights,
  fit: (chosen: readonly TrainingSet[], keep?: (trial: TrainingTrial) => boolean) => Weights,
): void {
  const plain = sets.filter(({ examples }) => examples === 0)
  const halves = [0, 1].map((half) => fit(plain, (trial) => trial.half === half))
  const families = [...new Set(sets.map(({ dataset }) => familyOf(dataset)))]
  const foreign = new Map(
    families.map((family) => [
      family,
      fit(plain.filter(({ dataset }) => familyOf(dataset) !== family)),
    ]),
  )
  console.log(`${label.padEnd(30)} trained  other half  other data sets`)
  for (const { name, dataset, trials } of sets) {
    const crossed = halves.map((weights, half) => {
      const unseen = trials.filter((trial) => trial.half !== half)
      return recallAt2(unseen, weights) * unseen.length
    })
    const numbers = [
      recallAt2(trials, all),
      (crossed[0]! + crossed[1]!) / trials.length,
      recallAt2(trials, foreign.get(familyOf(dataset))!),
    ]
    console.log(name.padEnd(30), numbers.map((value) => value.toFixed(1).padStart(8)).join('   '))
  }
}

function familyOf(dataset: string): string {
  return dataset.split('-')[0]!
}
