// How common stems are in public skills: the table behind `wordRarity`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Corpus } from './corpus.ts'
import { scoringSources } from './places.ts'

/** Stems in fewer documents than this are "others". */
const minDocuments = 40
const levels = 24

/** Writes `background-words.json`: stems by level of rarity, log((documents + 1) / (count + 1)) / log(documents + 1). */
export function trainBackground(corpus: Corpus): number {
  const top = Math.log(corpus.documents + 1)
  const rarity = (count: number): number => Math.log((corpus.documents + 1) / (count + 1)) / top
  const byLevel = new Map<number, string[]>()
  let kept = 0
  for (const [stem, count] of [...corpus.documentCounts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (count < minDocuments || (corpus.archiveCounts.get(stem) ?? 0) < 3) continue
    if (!/^[a-z]{2,20}$/.test(stem)) continue
    const level = Math.round(rarity(count) * levels)
    const list = byLevel.get(level) ?? []
    if (list.length === 0) byLevel.set(level, list)
    list.push(stem)
    kept += 1
  }
  const others = [...corpus.documentCounts].filter(
    ([, count]) => count >= 2 && count < minDocuments,
  )
  const meanOfOthers = others.reduce((sum, [, count]) => sum + rarity(count), 0) / others.length
  const table = {
    made_by: `pnpm relevance:train background: document counts of stems over ${corpus.documents} public skills, commands and agents; stems in at least ${minDocuments} documents of 3 collections`,
    rarity_of_others: Math.round(meanOfOthers * 1000) / 1000,
    levels: [...byLevel]
      .sort(([a], [b]) => a - b)
      .map(([level, stems]) => ({
        rarity: Math.round((level / levels) * 1000) / 1000,
        stems: stems.join(' '),
      })),
  }
  writeFileSync(
    join(scoringSources, 'background-words.json'),
    `${JSON.stringify(table, null, 2)}\n`,
  )
  return kept
}
