import json from './relevance-weights.json' with { type: 'json' }

/** What the scorer looks at in an item, in this order everywhere. */
export const featureNames = [
  'fields',
  'body',
  'name',
  'grams',
  'coverage',
  'bigrams',
  'meaning',
  'examples',
  'example_meaning',
] as const

/** One of `featureNames`. */
export type FeatureName = (typeof featureNames)[number]

/** How the features are weighed together, and from which score on something is said to fit. */
export interface FeatureMix {
  readonly weights: Readonly<Record<FeatureName, number>>
  /** Scores below this mean that nothing fits. */
  readonly threshold: number
}

/** What `relevance:train` learned, with and without word vectors. */
export interface RelevanceWeights {
  readonly lexical: FeatureMix
  readonly semantic: FeatureMix
}

/** The weights in the package. */
export const trainedWeights: RelevanceWeights = json
