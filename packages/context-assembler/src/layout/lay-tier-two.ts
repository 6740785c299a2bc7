import type { IncludedItem, OmittedItem } from '../assembled-context.ts'
import type { AssignedItem } from '../context-input.ts'
import { idOf } from '../scoring/item-text.ts'
import type { Ranking } from '../scoring/scorer.ts'
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

/** Far below the threshold there is no evidence at all, and the order given by the host is the better guess. */
const noEvidenceShare = 0.25

/**
 * Ranks items against the task and takes the first `limit`. Where nothing fits, a warning says so; with no evidence at
 * all priority decides; with `abstain` nothing is taken.
 */
export function rankItems(
  items: readonly AssignedItem[],
  task: string,
  ranking: Ranking,
  options: { readonly limit: number; readonly abstain: boolean; readonly findings: Findings },
): Choice {
  if (items.length === 0) return { chosen: [], omitted: [] }
  const byId = new Map(items.map((item) => [idOf(item), item]))
  const threshold = ranking.threshold ?? 0
  let ranked = ranking.rank(task)
  const best = ranked[0]?.score ?? 0
  const fits = best > 0 && best >= threshold
  if (!fits && task !== '') {
    options.findings.add(
      'nothing_fits',
      `nothing speaks to the task: the best score is ${best}, ${threshold} is asked for`,
    )
  }
  if (best <= threshold * noEvidenceShare) {
    const scores = new Map(ranked.map(({ id, score }) => [id, score]))
    ranked = items.map((item) => ({ id: idOf(item), score: scores.get(idOf(item)) ?? 0 }))
  }
  const limit = options.abstain && !fits ? 0 : options.limit
  const chosen: ChosenItem[] = []
  const omitted: OmittedItem[] = []
  for (const { id, score } of ranked) {
    const item = byId.get(id)
    if (!item) continue
    if (chosen.length < limit) chosen.push({ item, score })
    else {
      const reason = fits ? 'not_selected' : 'nothing_fits'
      omitted.push({ kind: item.kind, slug: item.slug, tier: 2, reason, score })
    }
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
  options: TierTwoOptions & {
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
