import { runKinds, scanRuns } from './scan-runs.ts'
import json from './token-weights.json' with { type: 'json' }
import type { Tokenizer } from './tokenizer.ts'

/**
 * Estimates how many tokens a text has, in one pass and without a vocabulary: runs of like characters are counted and
 * weighed as `relevance:train tokens` learned from an exact tokenizer (o200k). Deterministic; 0 for an empty text,
 * never less than 1 for any other.
 */
export function estimateTokens(text: string): number {
  if (text === '') return 0
  counts.fill(0)
  scanRuns(text, counts)
  let tokens = 0
  for (let kind = 0; kind < runKinds; kind += 1) tokens += counts[kind]! * weights[kind]!
  return Math.max(1, Math.ceil(tokens))
}

const counts = new Float64Array(runKinds)
const weights = Float64Array.from(json.weights)

/** The default tokenizer. */
export const estimator: Tokenizer = { id: 'estimate', count: estimateTokens }
