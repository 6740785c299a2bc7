import type { AssignedItem } from '../context-input.ts'
import { scorableOf } from './item-text.ts'
import { createRelevanceIndex } from './relevance-index.ts'
import type { Ranking, ScorableItem, Scorer } from './scorer.ts'
import type { WordVectors } from './word-vectors.ts'

/** The relevance index as a scorer. */
export function relevanceScorer(wordVectors?: WordVectors): Scorer {
  return (items) => createRelevanceIndex(items, { wordVectors })
}

interface KnownRanking {
  readonly items: readonly ScorableItem[]
  readonly vectors: WordVectors | undefined
  readonly ranking: Ranking
}

/** Rankings of assignments met before, by their first item. What is remembered never changes an answer, only its cost. */
const known = new WeakMap<AssignedItem, KnownRanking>()
const scorables = new WeakMap<AssignedItem, ScorableItem>()

/** The relevance index over an assignment; built once for the same items with the same texts. */
export function rankingOf(
  assigned: readonly AssignedItem[],
  vectors: WordVectors | undefined,
): Ranking {
  const items = assigned.map(rememberedScorable)
  const first = assigned[0]
  if (!first) return createRelevanceIndex([])
  const last = known.get(first)
  if (
    last?.vectors === vectors &&
    last?.items.length === items.length &&
    last.items.every((item, index) => item === items[index])
  ) {
    return last.ranking
  }
  const ranking = createRelevanceIndex(items, { wordVectors: vectors })
  known.set(first, { items, vectors, ranking })
  return ranking
}

function rememberedScorable(item: AssignedItem): ScorableItem {
  const fresh = scorableOf(item)
  const last = scorables.get(item)
  if (last && sameTexts(last, fresh)) return last
  // Copies of the lists: a caller who changes them in place is noticed.
  const kept: ScorableItem = {
    ...fresh,
    tags: fresh.tags && [...fresh.tags],
    use_cases: fresh.use_cases && [...fresh.use_cases],
    examples: fresh.examples && [...fresh.examples],
    skills: fresh.skills?.map((part) => ({ ...part })),
    commands: fresh.commands?.map((part) => ({ ...part })),
    locales: fresh.locales && structuredClone(fresh.locales),
  }
  scorables.set(item, kept)
  return kept
}

function sameTexts(a: ScorableItem, b: ScorableItem): boolean {
  const sameList = (x: readonly string[] | undefined, y: readonly string[] | undefined): boolean =>
    x?.length === y?.length && (x ?? []).every((value, index) => value === y![index])
  const sameParts = (x: ScorableItem['skills'], y: ScorableItem['skills']): boolean =>
    x?.length === y?.length &&
    (x ?? []).every(
      (part, index) => part.name === y![index]!.name && part.description === y![index]!.description,
    )
  return (
    a.id === b.id &&
    a.name === b.name &&
    a.slug === b.slug &&
    a.description === b.description &&
    a.body === b.body &&
    sameList(a.tags, b.tags) &&
    sameList(a.use_cases, b.use_cases) &&
    sameList(a.examples, b.examples) &&
    sameParts(a.skills, b.skills) &&
    sameParts(a.commands, b.commands) &&
    JSON.stringify(a.locales) === JSON.stringify(b.locales)
  )
}
