import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts'
import { insidePath } from './claude-parts.ts'
import { type ClaudePluginReading, readClaudePlugin } from './claude-plugin.ts'
import { type ClaudeSource, readClaudeSource, versionOfSource } from './claude-source.ts'
import type { FileEntry, FileMap, FormatOptions, FormatProblem } from './file-map.ts'
import { asLine, readForeignObject, textField } from './foreign-json.ts'
import { distinguishSlugs } from './slug.ts'

/** A marketplace, understood. */
export interface ClaudeMarketplaceReading {
  name: string
  description?: string
  plugins: ClaudePluginReading[]
  /** Old name → new name, or null for a plugin that is gone. */
  renames: Record<string, string | null>
  losses: string[]
  problems: FormatProblem[]
}

/** Where a marketplace's list stands. */
export const claudeMarketplaceFile = '.claude-plugin/marketplace.json'

/**
 * Reads a Claude marketplace: its list and, of every plugin that lies in the same repository, its files. One bad entry does
 * not fail the others. Sources elsewhere are data: nothing is fetched, no command run.
 */
export function readClaudeMarketplace(
  files: FileMap,
  options: FormatOptions,
): ClaudeMarketplaceReading {
  const problems: FormatProblem[] = []
  const losses: string[] = []
  const list = readForeignObject(files, claudeMarketplaceFile, problems) ?? {}
  const folders = indexFolders(files)
  const entries = readEntries(list, problems)
  const pluginRoot = pluginRootOf(list)
  const plugins = entries.map((entry, index) =>
    readEntry(entry, index, { files, folders, pluginRoot, options, list }, problems),
  )
  distinguish(plugins)
  const description =
    textField(list['description']) ??
    textField(isJsonObject(list['metadata']) ? list['metadata']['description'] : undefined)
  return {
    name: nameOf(list, options, problems),
    ...(description === undefined ? {} : { description }),
    plugins: plugins.map(({ reading }) => reading),
    renames: renamesOf(list['renames']),
    losses,
    problems,
  }
}

interface Context {
  files: FileMap
  folders: ReadonlyMap<string, readonly string[]>
  pluginRoot: string | undefined
  options: FormatOptions
  list: JsonObject
}

interface LocatedPlugin {
  reading: ClaudePluginReading
  /** What names it when two have one slug. */
  path: string
}

function readEntries(list: JsonObject, problems: FormatProblem[]): JsonObject[] {
  const plugins = list['plugins']
  if (!Array.isArray(plugins)) {
    if (Object.keys(list).length > 0 || problems.length === 0) {
      problems.push(error('expected a list named plugins, got none: see the format'))
    }
    return []
  }
  return plugins.flatMap((entry, index) => {
    if (isJsonObject(entry)) return [entry]
    problems.push(error(`plugins.${index}: expected an object, got another value: see the format`))
    return []
  })
}

function readEntry(
  entry: JsonObject,
  index: number,
  context: Context,
  problems: FormatProblem[],
): LocatedPlugin {
  const name = textField(entry['name'])
  const label = asLine(name ?? `plugins.${index}`, 80)
  const own: FormatProblem[] = []
  if (name === undefined) own.push(error(`${label}: expected a name, got none: add one`))
  else if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) || name.includes('..')) {
    own.push(
      warning(
        `${label}: expected a name of letters, digits, dots and dashes, got another: rename it`,
      ),
    )
  }
  const source = readClaudeSource(entry['source'], context.pluginRoot)
  const found = filesOfSource(source, context)
  if (source.type === 'invalid') own.push(error(`${label}: ${source.reason}: correct it`))
  if (source.type === 'local' && found.size === 0) {
    own.push(
      error(
        `${label}: expected files at ${asLine(source.path, 120)}, got none: correct the source`,
      ),
    )
  }
  const reading = readClaudePlugin(found, {
    ...context.options,
    entry,
    entryFile: claudeMarketplaceFile,
    directory: source.type === 'local' ? (source.path.split('/').at(-1) ?? '') : label,
    fallbackVersion: versionOfSource(source),
  })
  reading.problems.unshift(...own)
  problems.push(...own)
  addSource(reading, source, context.list)
  return { reading, path: placeOf(source, entry, index) }
}

function filesOfSource(source: ClaudeSource, context: Context): FileMap {
  if (source.type !== 'local') return new Map()
  if (source.path === '') return context.files
  const found = new Map<string, FileEntry>()
  for (const path of filesBelow(source.path, context)) {
    const file = context.files.get(path)
    if (file !== undefined) found.set(path.slice(source.path.length + 1), file)
  }
  return found
}

/** Files of each top folder, so that a list of thousands of plugins does not walk all files for each. */
function indexFolders(files: FileMap): Map<string, string[]> {
  const folders = new Map<string, string[]>()
  for (const path of files.keys()) {
    const key = folderKey(path)
    const known = folders.get(key)
    if (known === undefined) folders.set(key, [path])
    else known.push(path)
  }
  return folders
}

function filesBelow(folder: string, context: Context): string[] {
  const depth = folder.split('/').length
  const candidates =
    depth >= 2 ? (context.folders.get(folderKey(`${folder}/x`)) ?? []) : [...context.files.keys()]
  return candidates.filter((path) => path.startsWith(`${folder}/`))
}

function folderKey(path: string): string {
  return path.split('/').slice(0, -1).slice(0, 2).join('/')
}

function addSource(reading: ClaudePluginReading, source: ClaudeSource, list: JsonObject): void {
  const marketplace = textField(list['name'])
  const place =
    source.type === 'remote'
      ? source.source
      : {
          type: 'claude-marketplace',
          ...(source.type === 'local' && source.path !== '' ? { path: source.path } : {}),
        }
  reading.draft.source = {
    ...reading.draft.source,
    ...place,
    ...(marketplace === undefined ? {} : { marketplace: asLine(marketplace, 256) }),
  }
  if (source.type === 'remote' && source.source.type === 'command') {
    reading.losses.push('the source is a command, which is never run')
  }
}

function placeOf(source: ClaudeSource, entry: JsonObject, index: number): string {
  if (source.type === 'local') return source.path
  if (source.type === 'remote') return JSON.stringify([source.source, entry['name'] ?? ''])
  return `${index}`
}

/** Slugs within one marketplace differ, whatever order the entries come in. */
function distinguish(plugins: readonly LocatedPlugin[]): void {
  const slugs = distinguishSlugs(
    plugins.map(({ reading, path }) => ({ slug: reading.draft.slug, path })),
  )
  for (const [index, { reading }] of plugins.entries()) {
    const slug = slugs[index] ?? reading.draft.slug
    if (slug === reading.draft.slug) continue
    reading.draft.slug = slug
    reading.problems.push(
      error(`${asLine(reading.name, 80)}: expected every name once, got it again: rename one`),
    )
  }
}

function nameOf(list: JsonObject, options: FormatOptions, problems: FormatProblem[]): string {
  const name = textField(list['name'])
  if (name === undefined) problems.push(warning('expected a name, got none: add one'))
  if (!isJsonObject(list['owner']) && Object.keys(list).length > 0) {
    problems.push(warning('expected an owner with a name, got none: add it'))
  }
  return asLine(name ?? options.namespace, 256)
}

function pluginRootOf(list: JsonObject): string | undefined {
  const metadata = list['metadata']
  const root = isJsonObject(metadata) ? textField(metadata['pluginRoot']) : undefined
  return root === undefined ? undefined : insidePath(root)
}

function renamesOf(value: JsonValue | undefined): Record<string, string | null> {
  if (!isJsonObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([from, to]) =>
      to === null || typeof to === 'string' ? [[from, to]] : [],
    ),
  )
}

function error(message: string): FormatProblem {
  return { severity: 'error', file: claudeMarketplaceFile, message }
}

function warning(message: string): FormatProblem {
  return { severity: 'warning', file: claudeMarketplaceFile, message }
}
