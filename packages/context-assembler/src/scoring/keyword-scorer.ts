import type { RankedItem, Ranking, ScorableItem } from './scorer.ts'

/**
 * The plain scorer: whole lower-case words (`[a-z0-9]+`) of the task are looked up in each item.
 * Each distinct word of name and slug counts 1, each distinct word of the description of four or more characters 1,
 * each distinct word of the tags 2. Equal scores, zero included, stand by priority.
 */
export function keywordScorer(items: readonly ScorableItem[]): Ranking {
  const prepared = items.map((item) => ({
    id: item.id,
    title: wordsOf(`${item.name} ${item.slug ?? ''}`),
    description: new Set([...wordsOf(item.description ?? '')].filter((word) => word.length >= 4)),
    tags: wordsOf((item.tags ?? []).join(' ')),
  }))
  return {
    rank(task, options) {
      const words = wordsOf(task)
      const ranked = prepared.map((item, priority) => ({
        id: item.id,
        score:
          shared(item.title, words) +
          shared(item.description, words) +
          2 * shared(item.tags, words),
        priority,
      }))
      ranked.sort((a, b) => b.score - a.score || a.priority - b.priority)
      return ranked
        .slice(0, options?.limit ?? ranked.length)
        .map(({ id, score }): RankedItem => ({ id, score }))
    },
  }
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[a-z0-9]+/g))
}

function shared(words: ReadonlySet<string>, task: ReadonlySet<string>): number {
  let count = 0
  for (const word of words) if (task.has(word)) count += 1
  return count
}
