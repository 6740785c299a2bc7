import type { Tokenizer } from '../tokens/tokenizer.ts'
import { textSegments } from './text-segments.ts'

/** A text that fits, and whether its end had to go. */
export interface CutText {
  readonly text: string
  readonly tokens: number
  readonly cut: boolean
}

/**
 * The longest beginning of a text within `maxTokens`, ending after a section, paragraph, list entry or sentence;
 * never inside a code block, an escape or a surrogate pair. Empty where not even one sentence fits,
 * unless `words` allows ending between words.
 */
export function cutText(
  text: string,
  maxTokens: number,
  tokenizer: Tokenizer,
  options: { readonly words?: boolean | undefined } = {},
): CutText {
  const whole = tokenizer.count(text)
  if (whole <= maxTokens) return { text, tokens: whole, cut: false }
  if (maxTokens <= 0) return { text: '', tokens: 0, cut: true }
  const pieces = textSegments(text).map((segment) => segment.text)
  const kept = longestFit(pieces, maxTokens, tokenizer)
  if (kept.text.trim() !== '' || !options.words) return kept
  return longestFit(text.match(/\s*\S+\s*/g)?.flatMap(shortPieces) ?? [], maxTokens, tokenizer)
}

/** A first guess from the pieces' own counts, then up or down until the count of the joined text holds. */
function longestFit(pieces: readonly string[], maxTokens: number, tokenizer: Tokenizer): CutText {
  let guess = 0
  for (let sum = 0; guess < pieces.length; guess += 1) {
    sum += tokenizer.count(pieces[guess]!)
    if (sum > maxTokens) break
  }
  let best = { text: '', tokens: 0, cut: true }
  const fits = (count: number): boolean => {
    const text = joined(pieces, count)
    const tokens = tokenizer.count(text)
    if (tokens <= maxTokens) best = { text, tokens, cut: true }
    return tokens <= maxTokens
  }
  if (fits(guess)) {
    for (let count = guess + 1; count <= pieces.length && fits(count);) count += 1
  } else {
    for (let count = guess - 1; count > 0 && !fits(count);) count -= 1
  }
  return best
}

function joined(pieces: readonly string[], count: number): string {
  const text = pieces.slice(0, count).join('').trimEnd()
  return dropTrailingHeadings(text)
}

/** A heading whose section was cut away says nothing. */
function dropTrailingHeadings(text: string): string {
  let end = text.length
  while (end > 0) {
    const start = text.lastIndexOf('\n', end - 1) + 1
    const line = text.slice(start, end)
    if (line.trim() !== '' && !/^#{1,6}\s/.test(line)) break
    end = Math.max(0, start - 1)
  }
  return text.slice(0, end)
}

/** Words of more than 40 characters are split between code points, never inside an escape such as `&lt;`. */
function shortPieces(word: string): string[] {
  if (word.length <= 40) return [word]
  return word.match(/(?:&[a-z]{2,4};|[\s\S]){1,20}/gu) ?? [word]
}
