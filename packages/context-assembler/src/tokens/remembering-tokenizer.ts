import type { Tokenizer } from './tokenizer.ts'

/** The same tokenizer, counting each text once. Lives as long as one assembly. */
export function rememberingTokenizer(tokenizer: Tokenizer): Tokenizer {
  const counts = new Map<string, number>()
  return {
    id: tokenizer.id,
    count(text) {
      let count = counts.get(text)
      if (count === undefined) counts.set(text, (count = tokenizer.count(text)))
      return count
    },
  }
}
