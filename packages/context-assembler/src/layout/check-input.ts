import type { AssignedItem, Budget, ContextInput } from '../context-input.ts'
import { ContextError } from '../errors.ts'
import { idOf } from '../scoring/item-text.ts'

/** Limits with their defaults in place. */
export interface Limits {
  readonly total: number
  readonly persona: number
  readonly tierOnePerItem: number
  readonly tierOne: number
  readonly tierTwoPerItem: number
  readonly tierTwo: number
}

/** Defaults: about 200 tokens an entry of tier 1, 2,000 an item and 4,000 in all of tier 2. */
export const defaultLimits: Limits = {
  total: Infinity,
  persona: 2000,
  tierOnePerItem: 200,
  tierOne: Infinity,
  tierTwoPerItem: 2000,
  tierTwo: 4000,
}

/** @throws ContextError `invalid_input` where a limit is not a number of tokens. */
export function limitsOf(budget: ContextInput['budget']): Limits {
  const given: Budget = typeof budget === 'number' ? { total: budget } : (budget ?? {})
  const limits = { ...defaultLimits }
  for (const key of Object.keys(limits) as (keyof Limits)[]) {
    const value = given[key]
    if (value === undefined) continue
    if (typeof value !== 'number' || !(value >= 0)) {
      throw new ContextError(
        'invalid_input',
        `expected budget.${key} to be a number of tokens, 0 or more; came ${String(value)}`,
      )
    }
    limits[key] = value
  }
  return limits
}

/** @throws ContextError `invalid_slug` or `duplicate_item`. */
export function checkItems(items: readonly AssignedItem[]): void {
  const seen = new Set<string>()
  for (const item of items) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(item.slug)) {
      throw new ContextError(
        'invalid_slug',
        `expected a slug of 1 to 128 ASCII letters, digits, ".", "_" or "-"; came ${JSON.stringify(item.slug.slice(0, 80))}`,
      )
    }
    const id = idOf(item)
    if (seen.has(id)) {
      throw new ContextError(
        'duplicate_item',
        `expected each ${item.kind} once, but "${item.slug}" is assigned twice; remove one`,
      )
    }
    seen.add(id)
  }
}
