import table from './background-words.json' with { type: 'json' }

/**
 * How rare a stem is in general, from 0 (in every document) to 1 (in none that was counted). Taken from a table of the
 * stems that stand in many public skills; all others are rare, and equally so.
 */
export function wordRarity(stem: string): number {
  rarities ??= readTable()
  return rarities.get(stem) ?? table.rarity_of_others
}

let rarities: Map<string, number> | undefined

function readTable(): Map<string, number> {
  const map = new Map<string, number>()
  for (const { rarity, stems } of table.levels) {
    for (const stem of stems.split(' ')) map.set(stem, rarity)
  }
  return map
}
