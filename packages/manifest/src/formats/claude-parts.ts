import type { PluginPart } from '../kinds/plugin.ts'
import type { JsonObject } from '../json/json-value.ts'
import { isJsonObject } from '../json/json-value.ts'
import type { FileMap, FormatProblem } from './file-map.ts'
import { asLine, textField, textOf } from './foreign-json.ts'
import { type Frontmatter, parseFrontmatter } from './frontmatter.ts'

/** Which of a plugin's Markdown parts are meant. */
export type PartKind = 'skills' | 'commands' | 'agents' | 'output_styles' | 'workflows'

/** Where parts of a plugin lie by default, and the field of plugin.json that names other places. */
const places: Readonly<Record<PartKind, { field: string; directory: string; replaces: boolean }>> =
  {
    skills: { field: 'skills', directory: 'skills', replaces: false },
    commands: { field: 'commands', directory: 'commands', replaces: true },
    agents: { field: 'agents', directory: 'agents', replaces: true },
    output_styles: { field: 'outputStyles', directory: 'output-styles', replaces: true },
    workflows: { field: 'workflows', directory: 'workflows', replaces: true },
  }

/**
 * Finds the skills, commands, agents and the like of a plugin: in their default folders and where the manifest says. Named
 * paths that do not exist or leave the plugin are problems.
 */
export function findClaudeParts(
  kind: PartKind,
  files: FileMap,
  declarations: readonly JsonObject[],
  manifestFile: string,
  problems: FormatProblem[],
): PluginPart[] {
  const { field, directory, replaces } = places[kind]
  const declared = declarations.flatMap((manifest) =>
    manifest[field] === undefined ? [] : [manifest[field]],
  )
  const paths = new Set<string>()
  if (declared.length === 0 || !replaces) {
    for (const path of partFilesUnder(kind, files, directory)) paths.add(path)
    if (kind === 'skills')
      for (const path of files.keys()) if (isSkillFile(path) && !path.includes('/')) paths.add(path)
  }
  for (const named of declared.flatMap((value) =>
    namedPaths(value, field, manifestFile, problems),
  )) {
    const found = partFilesAt(kind, files, named)
    if (found.length === 0) {
      problems.push(
        missing(
          manifestFile,
          `${field}: expected a part at ${named}, got no such file: correct the path`,
        ),
      )
    }
    for (const path of found) paths.add(path)
  }
  return [...paths].sort().map((path) => describePart(kind, files, path, problems))
}

/** Answers whether a path is a skill's file of instructions, in any case of letters. */
export function isSkillFile(path: string): boolean {
  return /(?:^|\/)skill\.md$/i.test(path)
}

/** Answers whether a path is a command's or agent's file: Markdown that is no companion text. */
export function isMarkdownPart(path: string): boolean {
  return /\.md$/i.test(path) && !/(?:^|\/)(?:readme|claude|agents|changelog)\.md$/i.test(path)
}

/** Reads a part's Markdown file once per file map. */
export function frontmatterOf(
  files: FileMap,
  path: string,
  problems: FormatProblem[],
): Frontmatter {
  const frontmatter = parseFrontmatter(textOf(files.get(path)?.bytes ?? new Uint8Array()), path)
  problems.push(...frontmatter.problems)
  return frontmatter
}

/** The name a part has by its place: the folder of a skill, the file of a command, sub-folders joined by a colon. */
export function partName(kind: PartKind, path: string): string {
  if (kind === 'skills') return path.split('/').at(-2) ?? 'skill'
  const inside = path.replace(new RegExp(`^(?:.*/)?${places[kind].directory}/`), '')
  return inside.replace(/\.[^./]+$/, '').replaceAll('/', ':')
}

function partFilesUnder(kind: PartKind, files: FileMap, directory: string): string[] {
  const isPart =
    kind === 'skills' ? isSkillFile : kind === 'workflows' ? () => true : isMarkdownPart
  return [...files.keys()].filter((path) => path.startsWith(`${directory}/`) && isPart(path))
}

function partFilesAt(kind: PartKind, files: FileMap, named: string): string[] {
  if (files.has(named)) return [named]
  const prefix = named === '' ? '' : `${named}/`
  const inside = [...files.keys()].filter((path) => path.startsWith(prefix))
  if (kind === 'skills') {
    const own = inside.filter(
      (path) => isSkillFile(path) && !path.slice(prefix.length).includes('/'),
    )
    return own.length > 0 ? own : inside.filter(isSkillFile)
  }
  return inside.filter(isMarkdownPart)
}

/** Paths a manifest names: a text, a list, or for commands a map of names to `{ source }`. */
function namedPaths(
  value: unknown,
  field: string,
  file: string,
  problems: FormatProblem[],
): string[] {
  if (Array.isArray(value))
    return value.flatMap((entry) => namedPaths(entry, field, file, problems))
  if (isJsonObject(value)) {
    return Object.values(value).flatMap((entry) =>
      isJsonObject(entry) && entry['source'] !== undefined
        ? namedPaths(entry['source'], field, file, problems)
        : [],
    )
  }
  const text = textField(value)
  if (text === undefined) {
    problems.push(missing(file, `${field}: expected a path, got another value: write it as a text`))
    return []
  }
  if (!text.startsWith('./') && text !== '.') {
    problems.push(
      missing(
        file,
        `${field}: expected a path that begins with ./, got ${asLine(text, 80)}: add it`,
      ),
    )
  }
  const path = insidePath(text)
  if (path === undefined) {
    problems.push(
      missing(
        file,
        `${field}: expected a path inside the plugin, got ${asLine(text, 80)}: correct it`,
      ),
    )
    return []
  }
  return [path]
}

/** A relative path without `.` and doubled slashes; `undefined` when it leaves its folder. */
export function insidePath(text: string): string | undefined {
  if (text.startsWith('/') || text.includes('\\')) return undefined
  const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.')
  return segments.includes('..') ? undefined : segments.join('/')
}

function describePart(
  kind: PartKind,
  files: FileMap,
  path: string,
  problems: FormatProblem[],
): PluginPart {
  const name = asLine(partName(kind, path), 256)
  if (!/\.md$/i.test(path)) return { name, path }
  const { attributes } = frontmatterOf(files, path, problems)
  const description = textField(attributes['description'])
  return {
    name,
    path,
    ...(description === undefined
      ? {}
      : { description: description.slice(0, 4096).replace(/\p{Surrogate}$/u, '') }),
  }
}

function missing(file: string, message: string): FormatProblem {
  return { severity: 'warning', file, message }
}
