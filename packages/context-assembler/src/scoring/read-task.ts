import { stemOfWord } from './analyse-text.ts'
import { wordRarity } from './background-words.ts'
import type { IndexData } from './index-data.ts'
import { splitWords } from './text/split-words.ts'
import { wordGrams } from './text/word-grams.ts'

/** A word of a task as an index sees it. */
export interface TaskWord {
  readonly stem: string
  /** Number of the term, -1 where no item holds it. */
  readonly term: number
  readonly weight: number
  readonly rarity: number
  /** Numbers of those of its pieces that some item holds. */
  readonly grams: Int32Array
  readonly gramCount: number
  /** Row in the word vectors, or -1. */
  readonly row: number
}

/** A task made ready. */
export interface ReadTask {
  /** Distinct words, first come first. */
  readonly words: readonly TaskWord[]
  /** Keys of neighbouring terms. */
  readonly bigrams: readonly number[]
  readonly totalWeight: number
}

/** Reads tasks against one index, remembering the words it has met. */
export type TaskReader = (task: string) => ReadTask

/** A task is read to here; the first 4,000 characters of a request say what it is about. */
export const maxTaskCharacters = 4000
/** Of more words than this the rarest count. */
export const maxTaskWords = 48
/** Words remembered before the memory is emptied: bounds it against endless new words. */
const maxRemembered = 8192

/** Creates a reader. */
export function createTaskReader(data: IndexData): TaskReader {
  const remembered = new Map<string, TaskWord | undefined>()
  const lookUp = (word: string): TaskWord | undefined => {
    if (remembered.has(word)) return remembered.get(word)
    if (remembered.size >= maxRemembered) remembered.clear()
    const found = readWord(word, data)
    remembered.set(word, found)
    return found
  }
  return (task) => {
    const words: TaskWord[] = []
    const seen = new Set<string>()
    const bigrams: number[] = []
    let last = -1
    for (const raw of splitWords(
      task.length > maxTaskCharacters ? task.slice(0, maxTaskCharacters) : task,
    )) {
      const word = lookUp(raw)
      if (!word) continue
      if (last >= 0 && word.term >= 0) {
        const pair = data.bigramTable.find(last * data.terms.size + word.term)
        if (pair >= 0) bigrams.push(pair)
      }
      last = word.term
      if (seen.has(word.stem)) continue
      seen.add(word.stem)
      words.push(word)
    }
    const kept = words.length > maxTaskWords ? rarest(words) : words
    let totalWeight = 0
    for (const word of kept) totalWeight += word.weight
    return { words: kept, bigrams, totalWeight }
  }
}

function readWord(word: string, data: IndexData): TaskWord | undefined {
  const stem = stemOfWord(word)
  if (stem === '') return undefined
  const term = data.terms.find(stem)
  const rarity = wordRarity(stem)
  const grams = wordGrams(stem)
  return {
    stem,
    term,
    rarity,
    weight: term >= 0 ? data.termWeights[term]! : rarity,
    grams: Int32Array.from(grams.map((gram) => data.gramTable.find(gram)).filter((id) => id >= 0)),
    gramCount: grams.length,
    row: data.vectors?.rows.get(stem) ?? -1,
  }
}

function rarest(words: readonly TaskWord[]): TaskWord[] {
  const order = words.map((_word, index) => index)
  order.sort((a, b) => words[b]!.weight - words[a]!.weight || a - b)
  const kept = order.slice(0, maxTaskWords).sort((a, b) => a - b)
  return kept.map((index) => words[index]!)
}
