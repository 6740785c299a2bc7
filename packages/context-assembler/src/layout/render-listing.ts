import type { AssignedItem } from '../context-input.ts'
import { fenceLine } from '../fencing/fence-text.ts'
import type { Findings } from './findings.ts'

/** More files than this are counted, not named: a listing is there to be read. */
export const maxListedFiles = 20

/**
 * Names the files of an item that the prompt does not hold, with their sizes, so that the model can ask for them.
 * Empty where there are none.
 */
export function renderListing(
  item: AssignedItem,
  shown: ReadonlySet<string>,
  findings: Findings,
): string {
  const sizes = new Map<string, number>()
  for (const { path, size } of item.files ?? []) sizes.set(path, size)
  for (const { path, text } of item.content ?? [])
    if (!sizes.has(path)) sizes.set(path, bytesOf(text))
  const paths = [...sizes.keys()].filter((path) => !shown.has(path)).sort()
  if (paths.length === 0) return ''
  const lines = paths
    .slice(0, maxListedFiles)
    .map((path) => `- \`${fenceLine(path).text.replaceAll('`', '')}\` (${sizes.get(path)!} bytes)`)
  const more = paths.length - lines.length
  if (more > 0) {
    lines.push(`- and ${more} more`)
    findings.add('listing_limit', `named ${lines.length - 1} files of ${paths.length}`, {
      slug: item.slug,
    })
  }
  return `Other files, to be asked for by path:\n${lines.join('\n')}`
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}
