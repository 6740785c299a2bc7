import type { JsonObject } from '../json/json-value.ts'
import { isJsonObject } from '../json/json-value.ts'
import type { PluginContent } from '../kinds/plugin.ts'
import type { DraftOf } from '../manifest/manifest.ts'
import {
  finish,
  derivePermissions,
  permissionsOfHook,
  permissionsOfMcpServer,
} from '../permissions/derive-permissions.ts'
import { dependenciesFrom } from './claude-dependencies.ts'
import { readClaudeHooks } from './claude-hooks.ts'
import { findClaudeParts, frontmatterOf } from './claude-parts.ts'
import { readLspServers, readMcpServers } from './claude-servers.ts'
import {
  authorFrom,
  descriptionFrom,
  licenseFrom,
  metadataFrom,
  unknownFields,
  versionFrom,
} from './draft-fields.ts'
import type { FileMap, FormatOptions, FormatProblem } from './file-map.ts'
import { asLine, readForeignObject, textField } from './foreign-json.ts'
import { makeSlug } from './slug.ts'

/** One plugin of a marketplace or folder, understood. */
export interface ClaudePluginReading {
  name: string
  /** Whether its files are among those given; `files` is empty otherwise. */
  local: boolean
  /** The plugin's own files, relative to its root. */
  files: FileMap
  draft: DraftOf<'plugin'>
  /** What the source said and the draft cannot. */
  losses: string[]
  problems: FormatProblem[]
}

/** How a plugin is read when a marketplace lists it. */
export interface ClaudePluginOptions extends FormatOptions {
  /** Name to go by when the plugin's manifest has none: the folder's. */
  readonly directory?: string
  /** Entry of the marketplace that lists it. */
  readonly entry?: JsonObject
  /** The entry's file, for problems. */
  readonly entryFile?: string
  /** Version where neither manifest nor entry names one. Default `0.0.0`. */
  readonly fallbackVersion?: string
}

/** Where a Claude plugin's own manifest stands. */
export const claudePluginFile = '.claude-plugin/plugin.json'

/**
 * Reads a Claude plugin: files relative to its root, its manifest, and the marketplace entry that lists it, put together by
 * the rules of `strict`. Never throws for what the files say; defects are problems, what has no place is a loss.
 */
export function readClaudePlugin(
  files: FileMap,
  options: ClaudePluginOptions,
): ClaudePluginReading {
  const problems: FormatProblem[] = []
  const losses: string[] = []
  const own = readForeignObject(files, claudePluginFile, problems)
  const { entry } = options
  const merged = mergeByStrict(own, entry, options, losses, problems)
  const name = pluginName(own, options, problems)
  const content = readContent(files, merged, problems)
  const draft = createDraft(name, content, merged, files, options, losses, problems)
  losses.push(...unknownFields(merged.display, knownFields, 'plugin'))
  return { name, local: files.size > 0, files, draft, losses, problems }
}

/** What counts for the components, and what for people. */
interface Merged {
  /** plugin.json, or the entry where there is none. */
  authority: JsonObject
  /** The entry, where its component fields are added to a plugin.json. */
  added: JsonObject | undefined
  /** All fields, those of the entry first. */
  display: JsonObject
  file: string
}

const componentFields = [
  'skills',
  'commands',
  'agents',
  'hooks',
  'mcpServers',
  'lspServers',
  'outputStyles',
  'workflows',
  'themes',
  'monitors',
]
const notFromEntry = ['mcpServers', 'lspServers', 'userConfig', 'channels']
const knownFields = [
  '$schema',
  'name',
  'source',
  'displayName',
  'version',
  'description',
  'author',
  'homepage',
  'repository',
  'license',
  'keywords',
  'tags',
  'category',
  'strict',
  'dependencies',
  'settings',
  'userConfig',
  'channels',
  'skills',
  'commands',
  'agents',
  'hooks',
  'mcpServers',
  'lspServers',
  'outputStyles',
  'workflows',
  'icon',
  'documentationUrl',
  'termsOfServiceUrl',
]

function mergeByStrict(
  own: JsonObject | undefined,
  entry: JsonObject | undefined,
  options: ClaudePluginOptions,
  losses: string[],
  problems: FormatProblem[],
): Merged {
  const entryFile = options.entryFile ?? '.claude-plugin/marketplace.json'
  if (own === undefined) {
    const authority = entry ?? {}
    return { authority, added: undefined, display: authority, file: entryFile }
  }
  const display = { ...own, ...entry, version: own['version'] ?? entry?.['version'] ?? null }
  const base = { authority: own, display, file: claudePluginFile }
  if (entry === undefined) return { ...base, added: undefined }
  const inEntry = componentFields.filter((field) => entry[field] !== undefined)
  const inBoth = inEntry.length > 0 && componentFields.some((field) => own[field] !== undefined)
  if (entry['strict'] === false) {
    if (inBoth) {
      problems.push({
        severity: 'error',
        file: entryFile,
        message: `${nameOf(entry)}: expected components in plugin.json or in the entry, got both with strict false: remove one`,
      })
    }
    return { ...base, added: inBoth ? undefined : entry }
  }
  for (const field of notFromEntry.filter((each) => entry[each] !== undefined)) {
    losses.push(`entry field ${field} does not apply beside a plugin.json`)
  }
  return { ...base, added: entry }
}

function nameOf(entry: JsonObject): string {
  return asLine(textField(entry['name']) ?? 'entry', 80)
}

function pluginName(
  own: JsonObject | undefined,
  options: ClaudePluginOptions,
  problems: FormatProblem[],
): string {
  const listed = textField(options.entry?.['name'])
  const named = textField(own?.['name'])
  if (listed !== undefined && named !== undefined && listed !== named) {
    problems.push({
      severity: 'warning',
      file: claudePluginFile,
      message: `expected the name of its entry (${asLine(listed, 80)}), got ${asLine(named, 80)}: use one name`,
    })
  }
  const name = listed ?? named ?? textField(options.directory)
  if (listed === undefined && named === undefined) {
    problems.push({
      severity: 'warning',
      file: claudePluginFile,
      message: 'expected a name, got none: the folder names it',
    })
  }
  return asLine(name ?? 'plugin', 256)
}

function readContent(files: FileMap, merged: Merged, problems: FormatProblem[]): PluginContent {
  const { authority, added, file } = merged
  const declarations = added === undefined ? [authority] : [authority, added]
  const parts = {
    skills: findClaudeParts('skills', files, declarations, file, problems),
    commands: findClaudeParts('commands', files, declarations, file, problems),
    agents: findClaudeParts('agents', files, declarations, file, problems),
    output_styles: findClaudeParts('output_styles', files, declarations, file, problems),
    workflows: findClaudeParts('workflows', files, declarations, file, problems),
    hooks: readClaudeHooks(files, authority, added, file, problems),
    mcp_servers: readMcpServers(files, authority['mcpServers'], file, problems),
    lsp_servers: readLspServers(files, authority['lspServers'], file, problems),
  }
  const filled = Object.entries(parts).filter(([, list]) => list.length > 0)
  const content: PluginContent = Object.fromEntries(filled)
  if (isJsonObject(authority['settings'])) content.settings = authority['settings']
  if (isJsonObject(authority['userConfig'])) content.user_config = authority['userConfig']
  if (Array.isArray(authority['channels'])) content.channels = authority['channels']
  return content
}

function createDraft(
  name: string,
  content: PluginContent,
  merged: Merged,
  files: FileMap,
  options: ClaudePluginOptions,
  losses: string[],
  problems: FormatProblem[],
): DraftOf<'plugin'> {
  const { display } = merged
  const title = textField(display['displayName'])
  const license = licenseFrom(display['license'])
  const metadata = metadataFrom(display)
  const author = authorFrom(display['author'])
  const dependencies = dependenciesFrom(display['dependencies'], options.namespace, losses)
  const permissions = finish(
    [
      ...derivePermissions(files),
      ...(content.hooks ?? []).flatMap(permissionsOfHook),
      ...(content.mcp_servers ?? []).flatMap(permissionsOfMcpServer),
    ],
    'plugin',
  )
  return {
    schema_version: '1.0',
    kind: 'plugin',
    slug: makeSlug(options.namespace, name),
    name: asLine(title ?? name, 256),
    version: versionFrom(display['version'], options.fallbackVersion ?? '0.0.0', losses),
    author_id: options.author_id,
    description: descriptionFrom(describe(name, merged, files, problems), losses),
    permissions,
    content,
    ...(license === undefined ? {} : { license }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(dependencies === undefined ? {} : { dependencies }),
    ...(author === undefined ? {} : { source: { type: 'claude-plugin', original_author: author } }),
  }
}

/** The description, or what stands nearest: the root skill's, then the name. */
function describe(name: string, merged: Merged, files: FileMap, problems: FormatProblem[]): string {
  const text = textField(merged.display['description'])
  if (text !== undefined) return text
  problems.push({
    severity: 'warning',
    file: merged.file,
    message: `${asLine(name, 80)}: expected a description, got none: add one`,
  })
  const skill = files.has('SKILL.md') ? frontmatterOf(files, 'SKILL.md', []) : undefined
  return textField(skill?.attributes['description']) ?? name
}
