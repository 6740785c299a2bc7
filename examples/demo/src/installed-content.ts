import type { ItemSummary } from '@mothership/client/contract'
import type { AssignedItem, ContentSource } from '@mothership/context-assembler'
import type { InstallRecord } from '@mothership/installer-core'
import { type ClaudePluginReading, type FileMap, parseFrontmatter } from '@mothership/manifest'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The catalogue as an agent's assignments, the installed plugin first, and its text from the host's own disk. */
export function installedContent(
  catalogue: readonly ItemSummary[],
  record: InstallRecord,
  files: FileMap,
): { readonly items: AssignedItem[]; readonly source: ContentSource } {
  const installedFirst = catalogue.toSorted(
    (a, b) => Number(b.slug === record.slug) - Number(a.slug === record.slug),
  )
  const items = installedFirst.map((item) => ({
    kind: item.kind,
    slug: item.slug,
    name: item.name,
    version: item.version,
    description: item.description,
    tags: item.tags,
    counts: { skills: item.skills_count, commands: item.commands_count },
  }))
  const listed = [...files].map(([path, { bytes }]) => ({ path, size: bytes.length }))
  const source: ContentSource = {
    getManifest: (item) =>
      Promise.resolve(item.slug === record.slug ? { files: listed } : undefined),
    getFile: (item, path) =>
      item.slug === record.slug
        ? readFile(join(record.directory, path), 'utf8')
        : Promise.resolve(undefined), // The others are assigned but not installed here.
  }
  return { items, source }
}

/** A task this plugin is made for, in the words of its first skill, else of its description. */
export function taskFor(plugin: ClaudePluginReading): string {
  for (const [path, file] of plugin.files) {
    if (!/(^|\/)SKILL\.md$/.test(path)) continue
    const { description } = parseFrontmatter(new TextDecoder().decode(file.bytes)).attributes
    if (typeof description === 'string' && description.trim() !== '') return firstWords(description)
  }
  return firstWords(plugin.draft.description)
}

function firstWords(text: string): string {
  return text.trim().split(/\s+/).slice(0, 30).join(' ')
}
