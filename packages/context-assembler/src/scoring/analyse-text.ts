import { stem } from './text/stem.ts'
import { splitWords } from './text/split-words.ts'
import { stopWords } from './text/stop-words.ts'

/** The stems of a text in order, without stop words and bare one-letter words. */
export function analyseText(text: string): string[] {
  const stems: string[] = []
  for (const word of splitWords(text)) {
    const stemmed = stemOfWord(word)
    if (stemmed !== '') stems.push(stemmed)
  }
  return stems
}

/** The stem of a word as `splitWords` gives it; empty for words that say nothing. */
export function stemOfWord(word: string): string {
  if (stopWords.has(word)) return ''
  if (word.length === 1 && word.charCodeAt(0) < 128) return ''
  return stem(word)
}
