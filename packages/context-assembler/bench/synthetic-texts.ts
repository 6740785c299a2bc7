import { readFileSync } from 'node:fs'
import type { ScorableItem } from '../src/index.ts'

/** Texts made of common words, drawn with a fixed seed: short names, descriptions of 20 words, bodies of 100. */
export function createTexts(seed: number): {
  words(count: number): string
  item(n: number): ScorableItem
} {
  const file = new URL('../src/scoring/background-words.json', import.meta.url)
  const table = JSON.parse(readFileSync(file, 'utf8')) as { levels: { stems: string }[] }
  const vocabulary = table.levels.flatMap(({ stems }) => stems.split(' '))
  let state = seed * 7919 + 1
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) / 0x100_0000
  }
  // Common words come more often, as in any language.
  const word = (): string => vocabulary[Math.floor(random() ** 1.5 * vocabulary.length)]!
  const words = (count: number): string => Array.from({ length: count }, word).join(' ')
  return {
    words,
    item: (n) => ({ id: `item-${n}`, name: words(2), description: words(20), body: words(100) }),
  }
}
