import type { Tokenizer } from './tokenizer.ts'

/** Estimates how many tokens a text has. Deterministic; counts nothing for an empty text. */
export function estimateTokens(text: string): number {
  let tokens = 0
  for (const [run] of text.matchAll(/[A-Za-z]+|[0-9]+|\n+|[ \t]+|[^A-Za-z0-9\s]+/g)) {
    const code = run.charCodeAt(0)
    if (code > 127) tokens += run.length * 0.9
    else if (/[A-Za-z]/.test(run)) tokens += Math.max(1, run.length / 5.5)
    else if (/[0-9]/.test(run)) tokens += Math.ceil(run.length / 3)
    else if (run === ' ') tokens += 0
    else tokens += Math.max(1, run.length / 3)
  }
  return Math.ceil(tokens)
}

/** The default tokenizer. */
export const estimator: Tokenizer = { id: 'estimate', count: estimateTokens }
