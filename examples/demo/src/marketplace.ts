import {
  type ClaudePluginReading,
  type FileMap,
  type FormatProblem,
  formats,
} from '@mothership/manifest'
import { readArchive, readDirectory } from '@mothership/manifest/archive'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'

/** A marketplace as its files describe it. */
export interface Marketplace {
  readonly name: string
  readonly namespace: string
  /** Who stands for the marketplace's authors. */
  readonly author_id: string
  /** Plugins whose files are here, in the marketplace's order. */
  readonly local: readonly ClaudePluginReading[]
  /** How many more it lists that live elsewhere. */
  readonly external: number
}

/** Reads a Claude plugin marketplace from a directory or an archive. */
export async function readMarketplace(path: string): Promise<Marketplace> {
  const files = await readFiles(path)
  const namespace = namespaceFor(path)
  const author = { namespace, author_id: `author-of-${namespace}` }
  let listed = 0
  for (const root of marketplaceRoots(files)) {
    const reading = formats.claudeMarketplace.read(root, author)
    const local = reading.plugins.filter((plugin) => plugin.local && plugin.files.size > 0)
    listed += reading.plugins.length
    if (local.length === 0) continue
    return { name: reading.name, ...author, local, external: reading.plugins.length - local.length }
  }
  throw new Error(
    `${path} has no plugin whose files are in it (${listed} listed in all). ` +
      'Expected a folder or .tar.gz with .claude-plugin/marketplace.json and local plugins.',
  )
}

/**
 * Where a list of plugins may stand, the likeliest first: at the root; in a folder, with sources below that folder;
 * in a folder, with sources that count from the root all the same, as some repositories have it.
 */
function* marketplaceRoots(files: FileMap): Iterable<FileMap> {
  const list = '.claude-plugin/marketplace.json'
  const places = [...files.keys()]
    .filter((file) => file === list || file.endsWith(`/${list}`))
    .toSorted((a, b) => a.split('/').length - b.split('/').length)
  for (const place of places) {
    const folder = place.slice(0, -list.length)
    const below = [...files].filter(([file]) => file.startsWith(folder))
    yield new Map(below.map(([file, entry]) => [file.slice(folder.length), entry]))
    const found = files.get(place)
    if (folder !== '' && found) yield new Map([...files, [list, found]])
  }
}

/** The plugin of that name; without a name, the first that holds a SKILL.md and asks for something, else one of the two. */
export function choosePlugin(
  marketplace: Marketplace,
  name: string | undefined,
): ClaudePluginReading {
  if (name === undefined) {
    const sound = marketplace.local.filter((plugin) => !plugin.problems.some(isError))
    const chosen =
      sound.find((plugin) => holdsSkill(plugin) && plugin.draft.permissions.length > 0) ??
      sound.find(holdsSkill) ??
      sound[0] ??
      marketplace.local[0]
    if (chosen !== undefined) return chosen
  }
  const named = marketplace.local.find((plugin) => plugin.name === name)
  if (named) return named
  const known = marketplace.local.slice(0, 10).map((plugin) => plugin.name)
  throw new Error(`No local plugin is called "${name}". Some that are there: ${known.join(', ')}.`)
}

function isError(problem: FormatProblem): boolean {
  return problem.severity === 'error'
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
