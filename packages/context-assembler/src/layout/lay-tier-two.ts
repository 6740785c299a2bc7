import type { IncludedItem, OmittedItem } from '../assembled-context.ts'
import type { AssignedItem } from '../context-input.ts'
import { idOf, scorableOf } from '../scoring/item-text.ts'
import type { Scorer } from '../scoring/scorer.ts'
import type { Limits } from './check-input.ts'
import type { Findings } from './findings.ts'
import { renderTierTwo, type TierTwoEntry, type TierTwoOptions } from './render-tier-two.ts'

/** An item chosen for tier 2. */
export interface ChosenItem {
  readonly item: AssignedItem
  readonly score: number
}

/** Who was chosen and who was not. */
export interface Choice {
  readonly chosen: readonly ChosenItem[]
  readonly omitted: readonly OmittedItem[]
}

/** Ranks items against the task and takes the first `limit`. Where nothing fits, priority decides, and a warning says so. */
export function rankItems(
  items: readonly AssignedItem[],
  task: string,
  scorer: Scorer,
  options: { readonly limit: number; readonly findings: Findings },
): Choice {
  const byId = new Map(items.map((item) => [idOf(item), item]))
  const ranked = scorer(items.map(scorableOf)).rank(task)
  if (items.length > 0 && ranked.every(({ score }) => score <= 0)) {
    options.findings.add('nothing_fits', 'nothing speaks to the task; chosen by priority')
  }
  const chosen: ChosenItem[] = []
  const omitted: OmittedItem[] = []
  for (const { id, score } of ranked) {
    const item = byId.get(id)!
    if (chosen.length < options.limit) chosen.push({ item, score })
    else omitted.push({ kind: item.kind, slug: item.slug, tier: 2, reason: 'not_selected', score })
  }
  return { chosen, omitted }
}

/** Tier 2 as a whole. */
export interface TierTwo {
  readonly text: string
  readonly included: readonly IncludedItem[]
  readonly omitted: readonly OmittedItem[]
}

/** The content of the chosen items within its budget, best first. What does not fit is reported. */
export function layTierTwo(
  chosen: readonly ChosenItem[],
  options: Omit<TierTwoOptions, never> & {
    readonly limits: Limits
    /** Tokens of everything, were this the text of tier 2. */
    readonly countAll: (text: string) => number
  },
): TierTwo {
  const { limits, tokenizer, countAll } = options
  const entries: TierTwoEntry[] = []
  const included: IncludedItem[] = []
  const omitted: OmittedItem[] = []
  const compose = (added?: TierTwoEntry): string =>
    [...entries, ...(added ? [added] : [])].map((entry) => entry.text).join('\n\n')
  for (const { item, score } of chosen) {
    const { kind, slug, version } = item
    let room = Math.min(
      limits.tierTwoPerItem,
      limits.tierTwo - tokenizer.count(compose()),
      limits.total - countAll(compose()),
    )
    let entry: TierTwoEntry | undefined
    while (room > 0) {
      entry = renderTierTwo(item, room, options)
      if (!entry) break
      const text = compose(entry)
      const excess = Math.max(
        tokenizer.count(text) - limits.tierTwo,
        countAll(text) - limits.total,
        entry.tokens - limits.tierTwoPerItem,
      )
      if (excess <= 0) break
      entry = undefined
      room -= Math.ceil(excess)
    }
    if (!entry) {
      omitted.push({ kind, slug, tier: 2, reason: 'over_budget', score })
      continue
    }
    entries.push(entry)
    const { tokens, files, cut } = entry
    included.push({ kind, slug, version, tier: 2, tokens, score, files, cut })
    omitted.push(...entry.omitted)
  }
  return { text: compose(), included, omitted }
}
