import { stemOfWord } from './analyse-text.ts'
import { wordRarity } from './background-words.ts'
import type { IndexData } from './index-data.ts'
import { splitWords } from './text/split-words.ts'
import { wordGrams } from './text/word-grams.ts'

/** A word of a task as an index sees it. */
export interface TaskWord {
  /** Number of the task that last used the word: tells repeated words without a set. */
  lastTask: number
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
  /** The row as floats, from its first use on. */
  vector: Float32Array | undefined
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
/** Pieces of words that more items hold than this, and more than a sixteenth of all, tell nothing apart. */
const commonGram = 512
/** Words remembered before the memory is emptied: bounds it against endless new words. */
const maxRemembered = 8192

/** Creates a reader. */
export function createTaskReader(data: IndexData): TaskReader {
  const remembered = new Map<string, TaskWord | null>()
  const byStem = new Map<string, TaskWord>()
  let taskNumber = 0
  const lookUp = (word: string): TaskWord | undefined => {
    const known = remembered.get(word)
    if (known !== undefined) return known ?? undefined
    if (remembered.size >= maxRemembered) {
      remembered.clear()
      byStem.clear()
    }
    const stem = stemOfWord(word)
    let found = stem === '' ? undefined : byStem.get(stem)
    if (!found && stem !== '') byStem.set(stem, (found = readStem(stem, data)))
    remembered.set(word, found ?? null)
    return found
  }
  return (task) => {
    const words: TaskWord[] = []
    taskNumber += 1
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
      if (word.lastTask === taskNumber) continue
      word.lastTask = taskNumber
      words.push(word)
    }
    const kept = words.length > maxTaskWords ? rarest(words) : words
    let totalWeight = 0
    for (const word of kept) totalWeight += word.weight
    return { words: kept, bigrams, totalWeight }
  }
}

function holdersOf(data: IndexData, gram: number): number {
  return data.grams.starts[gram + 1]! - data.grams.starts[gram]!
}

function readStem(stem: string, data: IndexData): TaskWord {
  const term = data.terms.find(stem)
  const rarity = wordRarity(stem)
  const grams = wordGrams(stem)
  const mostHolders = Math.max(commonGram, data.ids.length / 16)
  return {
    lastTask: 0,
    stem,
    term,
    rarity,
    weight: term >= 0 ? data.termWeights[term]! : rarity,
    grams: Int32Array.from(
      grams
        .map((gram) => data.gramTable.find(gram))
        .filter((id) => id >= 0 && holdersOf(data, id) <= mostHolders),
    ),
    gramCount: grams.length,
    row: data.vectors?.rows.get(stem) ?? -1,
    vector: undefined,
  }
}

const weightSteps = 256
const stepCounts = new Uint16Array(weightSteps + 1)

/** The words of most weight, in their order; of those about equal the first. Counted by step: sorting costs more. */
function rarest(words: readonly TaskWord[]): TaskWord[] {
  stepCounts.fill(0)
  for (const { weight } of words) stepCounts[(weight * weightSteps) | 0]! += 1
  let step = weightSteps
  let above = 0
  while (above + stepCounts[step]! < maxTaskWords) {
    above += stepCounts[step]!
    step -= 1
  }
  let left = maxTaskWords - above
  const kept: TaskWord[] = []
  for (const word of words) {
    const own = (word.weight * weightSteps) | 0
    if (own < step || (own === step && left === 0)) continue
    if (own === step) left -= 1
    kept.push(word)
  }
  return kept
}
