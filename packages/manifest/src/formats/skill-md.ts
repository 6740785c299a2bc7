import { isJsonObject, type JsonObject } from '../json/json-value.ts'
import type { SkillContent, SkillFile } from '../kinds/skill.ts'
import type { DraftOf } from '../manifest/manifest.ts'
import { derivePermissions } from '../permissions/derive-permissions.ts'
import { isSkillFile } from './claude-parts.ts'
import {
  authorFrom,
  descriptionFrom,
  licenseFrom,
  metadataFrom,
  unknownFields,
  versionFrom,
} from './draft-fields.ts'
import type { FileEntry, FileMap, FormatOptions, FormatProblem } from './file-map.ts'
import { asLine, textField, textList, textOf } from './foreign-json.ts'
import { parseFrontmatter } from './frontmatter.ts'
import { makeSlug } from './slug.ts'

/** One skill or command, understood. */
export interface SkillReading {
  name: string
  files: FileMap
  draft: DraftOf<'skill'>
  losses: string[]
  problems: FormatProblem[]
}

/** How a skill is read. */
export interface SkillOptions extends FormatOptions {
  /** The folder's name, which is the skill's by the format. */
  readonly directory?: string
  /** Name of the plugin it belongs to, for its slug. */
  readonly plugin?: string
  /** Prefix of file names in problems: where the folder lies. */
  readonly path?: string
}

/**
 * Reads a skill: a folder with SKILL.md at its root, in any case of letters. Never throws for what the files say; defects
 * are problems with file and line, what has no place in a manifest is a loss.
 */
export function readSkillMd(files: FileMap, options: SkillOptions): SkillReading {
  const file =
    [...files.keys()].find((path) => isSkillFile(path) && !path.includes('/')) ?? 'SKILL.md'
  return readSkillFile(files, file, options, 'model')
}

/** Reads one Markdown file as a command: kind `skill`, called by name. */
export function readClaudeCommand(
  files: FileMap,
  file: string,
  options: SkillOptions,
): SkillReading {
  const name = options.directory ?? file.split('/').at(-1)?.replace(/\.md$/i, '') ?? 'command'
  return readSkillFile(files, file, { ...options, directory: name }, 'command')
}

/** Finds every skill of a tree: the folders that hold a SKILL.md, each with its files, nested skills left to themselves. */
export function findSkills(files: FileMap): { directory: string; files: FileMap }[] {
  const folders = [...files.keys()]
    .filter(isSkillFile)
    .map((path) => path.split('/').slice(0, -1).join('/'))
  const found = new Map(
    [...new Set(folders)].map((folder) => [folder, new Map<string, FileEntry>()]),
  )
  for (const [path, file] of files) {
    const folder = nearest(path, found)
    if (folder !== undefined)
      found.get(folder)?.set(folder === '' ? path : path.slice(folder.length + 1), file)
  }
  return [...found].map(([directory, own]) => ({ directory, files: own }))
}

function nearest(path: string, folders: ReadonlyMap<string, unknown>): string | undefined {
  let folder = path
  while (folder !== '') {
    folder = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : ''
    if (folders.has(folder)) return folder
  }
  return undefined
}

const knownAttributes = [
  'name',
  'description',
  'license',
  'compatibility',
  'metadata',
  'allowed-tools',
  'when_to_use',
  'argument-hint',
  'arguments',
  'disable-model-invocation',
  'user-invocable',
  'model',
  'version',
  'author',
  'tags',
  'keywords',
  'category',
  'homepage',
  'repository',
]

function readSkillFile(
  files: FileMap,
  file: string,
  options: SkillOptions,
  invocation: 'model' | 'command',
): SkillReading {
  const problems: FormatProblem[] = []
  const losses: string[] = []
  const label = options.path === undefined || options.path === '' ? file : `${options.path}/${file}`
  const bytes = files.get(file)?.bytes
  if (bytes === undefined) {
    problems.push({
      severity: 'error',
      file: label,
      message: 'expected a SKILL.md, got none: add it',
    })
  }
  const text = textOf(bytes ?? new Uint8Array())
  if (text.includes('\uFFFD')) {
    problems.push({
      severity: 'warning',
      file: label,
      message: 'expected UTF-8, got bytes that are not: save the file as UTF-8',
    })
  }
  const frontmatter = parseFrontmatter(text, label)
  problems.push(...frontmatter.problems)
  const attributes = frontmatter.attributes as JsonObject // JSON values, as both readers make them
  const directory = options.directory ?? ''
  const name = nameOf(attributes, directory, label, invocation, problems)
  const described = descriptionOf(attributes, frontmatter.body, name, label, problems)
  losses.push(...unknownFields(attributes, knownAttributes, 'frontmatter'))
  const draft = createDraft(
    name,
    described,
    text,
    attributes,
    files,
    file,
    options,
    invocation,
    losses,
  )
  return { name, files, draft, losses, problems }
}

function createDraft(
  name: string,
  description: string,
  text: string,
  attributes: JsonObject,
  files: FileMap,
  file: string,
  options: SkillOptions,
  invocation: 'model' | 'command',
  losses: string[],
): DraftOf<'skill'> {
  const directory =
    options.directory === undefined || options.directory === '' ? name : options.directory
  const names = [options.namespace, options.plugin, directory].filter((each) => each !== undefined)
  const nested = isJsonObject(attributes['metadata']) ? attributes['metadata'] : {}
  const license = licenseFrom(attributes['license'])
  const metadata = metadataFrom({ ...nested, ...attributes })
  const author = authorFrom(attributes['author'] ?? nested['author'])
  return {
    schema_version: '1.0',
    kind: 'skill',
    slug: makeSlug(...names),
    name,
    version: versionFrom(attributes['version'] ?? nested['version'], '0.0.0', losses),
    author_id: options.author_id,
    description: descriptionFrom(description, losses),
    permissions: derivePermissions(files, 'skill'),
    content: contentOf(attributes, files, file, invocation),
    // Four characters a token is the rule of thumb of the sources; runtimes have better estimates.
    optimization: { token_estimate: Math.ceil(text.length / 4) },
    ...(license === undefined ? {} : { license }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(author === undefined ? {} : { source: { type: 'skill-md', original_author: author } }),
  }
}

function nameOf(
  attributes: JsonObject,
  directory: string,
  file: string,
  invocation: 'model' | 'command',
  problems: FormatProblem[],
): string {
  const written = attributes['name']
  const name = textField(typeof written === 'number' ? String(written) : written)
  const warn = (message: string): number =>
    problems.push({ severity: 'warning', file, line: 2, message })
  if (name === undefined) {
    if (invocation === 'model') warn('expected a name, got none: the folder names it')
    return asLine(directory === '' ? 'skill' : directory, 256)
  }
  if (invocation === 'model' && !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) {
    warn(
      `expected a name of lower-case letters, digits and single dashes, got ${JSON.stringify(asLine(name, 80))}: rename it`,
    )
  }
  if (directory !== '' && name !== directory && invocation === 'model') {
    warn(
      `expected the name of the folder (${asLine(directory, 80)}), got ${JSON.stringify(asLine(name, 80))}: use one name`,
    )
  }
  return asLine(name, 256)
}

/** The description, or as hosts do, the first paragraph of the text. */
function descriptionOf(
  attributes: JsonObject,
  body: string,
  name: string,
  file: string,
  problems: FormatProblem[],
): string {
  const written = attributes['description']
  const text = textField(Array.isArray(written) ? textList(written).join(' ') : written)
  if (text !== undefined) {
    if (text.length > 1024) {
      problems.push({
        severity: 'warning',
        file,
        line: 2,
        message: `expected a description of at most 1024 characters, got ${text.length}: hosts cut it`,
      })
    }
    return text
  }
  problems.push({
    severity: 'warning',
    file,
    line: 1,
    message: 'expected a description, got none: the first paragraph stands in',
  })
  const paragraph = body
    .split(/\r?\n\s*\r?\n/)
    .map((part) => part.trim())
    .find((part) => part !== '' && !part.startsWith('#'))
  return (
    textField(paragraph)
      ?.slice(0, 1024)
      .replace(/\p{Surrogate}$/u, '') ?? name
  )
}

function contentOf(
  attributes: JsonObject,
  files: FileMap,
  file: string,
  invocation: 'model' | 'command',
): SkillContent {
  const own = [...files.keys()].filter((path) => path !== file).sort()
  const at = (place: RegExp): SkillFile[] =>
    invocation === 'command'
      ? []
      : own
          .filter((path) => place.test(path))
          .slice(0, 1000)
          .map((path) => ({ path, ...languageOf(path) }))
  const scripts = at(/^scripts\//)
  const references = at(/^references?\//)
  const assets = at(/^(?:assets|templates)\//)
  const tools = toolsOf(attributes['allowed-tools'])
  const hint = textList(attributes['argument-hint'] ?? []).join(' ')
  const argumentNames = textList(attributes['arguments'] ?? []).map((each) => asLine(each, 256))
  const lines = {
    when_to_use: textField(attributes['when_to_use'])?.slice(0, 4096),
    argument_hint: hint === '' ? undefined : hint.slice(0, 1024),
    model: textField(attributes['model']),
    compatibility: textField(attributes['compatibility'])?.slice(0, 1024),
  }
  return {
    instructions: file,
    ...(invocation === 'command' ? { invocation } : {}),
    ...(scripts.length === 0 ? {} : { scripts }),
    ...(references.length === 0 ? {} : { references }),
    ...(assets.length === 0 ? {} : { assets }),
    ...(tools.length === 0 ? {} : { allowed_tools: tools }),
    ...(argumentNames.length === 0 ? {} : { arguments: argumentNames.slice(0, 64) }),
    ...Object.fromEntries(Object.entries(lines).filter(([, value]) => value !== undefined)),
    ...flag('user_invocable', attributes['user-invocable']),
    ...flag('disable_model_invocation', attributes['disable-model-invocation']),
  }
}

function flag(name: string, value: unknown): Record<string, boolean> {
  return typeof value === 'boolean' ? { [name]: value } : {}
}

/** `Read, Grep`, `Read Grep`, `Bash(git log:*) Read`, or a list. */
export function toolsOf(value: unknown): string[] {
  const texts = textList(value ?? [])
  const names = Array.isArray(value)
    ? texts
    : texts.flatMap((text) => text.match(/[^\s,(]+(?:\([^)]*\))?/g) ?? [])
  return names
    .map((name) => asLine(name, 512))
    .filter((name) => name !== '')
    .slice(0, 256)
}

const languages: Readonly<Record<string, string>> = {
  py: 'python',
  sh: 'shell',
  bash: 'shell',
  js: 'javascript',
  mjs: 'javascript',
  ts: 'typescript',
  rb: 'ruby',
  ps1: 'powershell',
}

function languageOf(path: string): { language?: string } {
  const language = languages[/\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '']
  return language === undefined ? {} : { language }
}
