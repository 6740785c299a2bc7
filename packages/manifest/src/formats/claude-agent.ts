import type { JsonObject } from '../json/json-value.ts'
import type { AgentContent } from '../kinds/agent.ts'
import type { DraftOf } from '../manifest/manifest.ts'
import { isPermission } from '../permissions/permission.ts'
import {
  authorFrom,
  descriptionFrom,
  metadataFrom,
  unknownFields,
  versionFrom,
} from './draft-fields.ts'
import type { FileMap, FormatOptions, FormatProblem } from './file-map.ts'
import { asLine, textField, textList, textOf } from './foreign-json.ts'
import { parseFrontmatter } from './frontmatter.ts'
import { toolsOf } from './skill-md.ts'
import { makeSlug } from './slug.ts'

/** One agent, understood. */
export interface AgentReading {
  name: string
  draft: DraftOf<'agent'>
  losses: string[]
  problems: FormatProblem[]
}

/** How an agent is read. */
export interface AgentOptions extends FormatOptions {
  /** Name of the plugin it belongs to, for its slug. */
  readonly plugin?: string
}

const knownAttributes = [
  'name',
  'description',
  'tools',
  'disallowedTools',
  'allowed-tools',
  'model',
  'maxTurns',
  'skills',
  'version',
  'author',
  'tags',
  'category',
]

/**
 * Reads one Markdown file as an agent: its attributes and, as its instructions, itself. Never throws for what the file says.
 */
export function readClaudeAgent(files: FileMap, file: string, options: AgentOptions): AgentReading {
  const losses: string[] = []
  const {
    attributes: read,
    body,
    problems,
  } = parseFrontmatter(textOf(files.get(file)?.bytes ?? new Uint8Array()), file)
  const attributes = read as JsonObject // JSON values, as both readers make them
  const stem = file.split('/').at(-1)?.replace(/\.md$/i, '') ?? 'agent'
  const written = textField(attributes['name'])
  if (written === undefined) {
    problems.push({
      severity: 'warning',
      file,
      line: 1,
      message: 'expected a name, got none: the file names it',
    })
  }
  const described = textField(attributes['description'])
  if (described === undefined) {
    problems.push({
      severity: 'warning',
      file,
      line: 1,
      message: 'expected a description, got none: the first line of its text stands in',
    })
  }
  losses.push(...unknownFields(attributes, knownAttributes, 'frontmatter'))
  const name = asLine(written ?? stem, 256)
  const description =
    described ?? textField(body.split('\n').find((line) => line.trim() !== '')) ?? name
  const tools = toolsOf(attributes['tools'] ?? attributes['allowed-tools'])
  const author = authorFrom(attributes['author'])
  const metadata = metadataFrom(attributes)
  const draft: DraftOf<'agent'> = {
    schema_version: '1.0',
    kind: 'agent',
    slug: makeSlug(
      ...[options.namespace, options.plugin, stem].filter((each) => each !== undefined),
    ),
    name,
    version: versionFrom(attributes['version'], '0.0.0', losses),
    author_id: options.author_id,
    description: descriptionFrom(description, losses),
    permissions: permissionsOf(tools, attributes['model'], losses),
    content: contentOf(attributes, file, tools),
    ...(metadata === undefined ? {} : { metadata }),
    ...(author === undefined ? {} : { source: { type: 'claude-agent', original_author: author } }),
  }
  return { name, draft, losses, problems }
}

function contentOf(attributes: JsonObject, file: string, tools: string[]): AgentContent {
  const model = textField(attributes['model'])
  const disallowed = toolsOf(attributes['disallowedTools'])
  const skills = textList(attributes['skills'] ?? [])
    .flatMap((text) => text.split(/\s*,\s*/))
    .filter(Boolean)
  const turns = attributes['maxTurns']
  const isCount =
    typeof turns === 'number' && Number.isInteger(turns) && turns >= 1 && turns <= 100_000
  return {
    instructions: file,
    ...(model === undefined ? {} : { model: asLine(model, 128) }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(disallowed.length === 0 ? {} : { disallowed_tools: disallowed }),
    ...(skills.length === 0
      ? {}
      : { skills: skills.map((skill) => asLine(skill, 256)).slice(0, 256) }),
    ...(isCount ? { max_turns: turns } : {}),
  }
}

function permissionsOf(tools: readonly string[], model: unknown, losses: string[]): string[] {
  const name = textField(model)
  const wanted = [
    ...tools.map((tool) => `tool:${tool}`),
    ...(name === undefined || name === 'inherit' ? [] : [`model:${name}`]),
  ]
  for (const permission of wanted.filter((each) => !isPermission('agent', each))) {
    losses.push(`${asLine(permission, 80)} has no place in the permissions of an agent`)
  }
  return [...new Set(wanted.filter((permission) => isPermission('agent', permission)))]
    .sort()
    .slice(0, 256)
}
