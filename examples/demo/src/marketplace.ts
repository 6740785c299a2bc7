import { type ClaudePluginReading, type FileMap, formats } from '@mothership/manifest'
import { readArchive, readDirectory } from '@mothership/manifest/archive'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'

/** A marketplace as its files describe it. */
export interface Marketplace {
  readonly name: string
  readonly namespace: string
  /** Plugins whose files are here, in the marketplace's order. */
  readonly local: readonly ClaudePluginReading[]
  /** How many more it lists that live elsewhere. */
  readonly external: number
}

/** Who stands for the marketplace's authors in the demo. */
export const authorId = 'demo-author'

/** Reads a Claude plugin marketplace from a directory or an archive. */
export async function readMarketplace(path: string): Promise<Marketplace> {
  const files = await readFiles(path)
  const namespace = namespaceFor(path)
  const reading = formats.claudeMarketplace.read(files, { namespace, author_id: authorId })
  const local = reading.plugins.filter((plugin) => plugin.local && plugin.files.size > 0)
  if (local.length === 0) {
    throw new Error(
      `${path} has no plugin whose files are in it (${reading.plugins.length} listed in all). ` +
        'Expected a folder or .tar.gz with .claude-plugin/marketplace.json and local plugins.',
    )
  }
  return { name: reading.name, namespace, local, external: reading.plugins.length - local.length }
}

/** The plugin of that name; without a name, the first that holds a SKILL.md, else the first. */
export function choosePlugin(
  marketplace: Marketplace,
  name: string | undefined,
): ClaudePluginReading {
  if (name === undefined) {
    const chosen = marketplace.local.find(holdsSkill) ?? marketplace.local[0]
    if (chosen !== undefined) return chosen
  }
  const named = marketplace.local.find((plugin) => plugin.name === name)
  if (named) return named
  const known = marketplace.local.slice(0, 10).map((plugin) => plugin.name)
  throw new Error(`No local plugin is called "${name}". Some that are there: ${known.join(', ')}.`)
}

function holdsSkill(plugin: ClaudePluginReading): boolean {
  return [...plugin.files.keys()].some((path) => /(^|\/)SKILL\.md$/.test(path))
}

async function readFiles(path: string): Promise<FileMap> {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new Error(`${path} does not exist. Give a folder or a .tar.gz.`)
  if (found.isDirectory()) return readDirectory(path)
  return (await readArchive(path)).contents
}

function namespaceFor(path: string): string {
  const name = basename(path).replace(/\.(tar\.gz|tgz|tar|zip)$/, '')
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return slug.slice(0, 64) || 'marketplace'
}
