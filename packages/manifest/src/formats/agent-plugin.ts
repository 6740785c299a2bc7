import { isJsonObject, type JsonObject } from '../json/json-value.ts'
import type { DraftOf } from '../manifest/manifest.ts'
import {
  derivePermissions,
  finish,
  permissionsOfMcpServer,
} from '../permissions/derive-permissions.ts'
import { findClaudeParts } from './claude-parts.ts'
import { mcpFromObject } from './claude-servers.ts'
import { type Conversion, defined, filesOf, lossesOf, type WrittenFormat } from './conversion.ts'
import {
  authorFrom,
  descriptionFrom,
  licenseFrom,
  metadataFrom,
  versionFrom,
} from './draft-fields.ts'
import type { FileMap, FormatOptions, FormatProblem } from './file-map.ts'
import { asLine, readForeignObject, textField } from './foreign-json.ts'
import { makeSlug } from './slug.ts'
import { writtenMcpServers } from './write-claude-plugin.ts'

/** The `$schema` of plugin.json, a constant of the format. */
export const agentPluginSchema = 'https://agent-plugins.org/schemas/1.0.0/plugin.schema.json'

const mcpSchema = 'https://agent-plugins.org/schemas/1.0.0/mcp.schema.json'
const fields = [
  '$schema',
  'name',
  'version',
  'description',
  'author',
  'homepage',
  'repository',
  'license',
  'keywords',
  'extensions',
]

/** Reads an Agent Plugins 1.0 folder: `plugin.json` (a closed schema), `skills/` and `mcp.json` at its root. */
export function readAgentPlugin(
  files: FileMap,
  options: FormatOptions,
): Conversion<DraftOf<'plugin'>> {
  const problems: FormatProblem[] = []
  const losses: string[] = []
  const manifest = readForeignObject(files, 'plugin.json', problems) ?? {}
  const warn = (message: string): number =>
    problems.push({ severity: 'warning', file: 'plugin.json', message })
  if (manifest['$schema'] !== agentPluginSchema)
    warn(`expected $schema to be ${agentPluginSchema}, got another: set it`)
  for (const key of Object.keys(manifest).filter((each) => !fields.includes(each))) {
    warn(
      `expected only the fields of the schema, got ${JSON.stringify(asLine(key, 80))}: move it under extensions`,
    )
  }
  const name = textField(manifest['name'])
  if (name === undefined) warn('expected a name, got none: add one')
  const described = textField(manifest['description'])
  if (described === undefined) warn('expected a description, got none: the name stands in')
  const servers = readServers(files, problems)
  const skills = findClaudeParts('skills', files, [], 'plugin.json', problems)
  const license = licenseFrom(manifest['license'])
  const metadata = metadataFrom(manifest)
  const author = authorFrom(manifest['author'])
  const extensions = extensionsFrom(manifest, losses)
  const draft: DraftOf<'plugin'> = {
    schema_version: '1.0',
    kind: 'plugin',
    slug: makeSlug(options.namespace, name ?? 'plugin'),
    name: asLine(name ?? 'plugin', 256),
    version: versionFrom(manifest['version'], '0.0.0', losses),
    author_id: options.author_id,
    description: descriptionFrom(described ?? name ?? 'plugin', losses),
    permissions: finish(
      [...derivePermissions(files), ...servers.flatMap(permissionsOfMcpServer)],
      'plugin',
    ),
    content: {
      ...(skills.length === 0 ? {} : { skills }),
      ...(servers.length === 0 ? {} : { mcp_servers: servers }),
    },
    ...defined({ license, metadata, extensions }),
    ...(author === undefined ? {} : { source: { type: 'agent-plugin', original_author: author } }),
  }
  return { name: draft.name, draft, losses, problems }
}

/** Writes a plugin's manifest in the Agent Plugins 1.0 format: `plugin.json` and, with servers, `mcp.json`. */
export function writeAgentPlugin(draft: DraftOf<'plugin'>): WrittenFormat {
  const { content } = draft
  const manifest = defined({
    $schema: agentPluginSchema,
    name: draft.slug.split('.').at(-1),
    version: draft.version,
    description: draft.description,
    author:
      draft.source?.original_author === undefined
        ? undefined
        : { name: draft.source.original_author },
    homepage: draft.metadata?.homepage,
    repository: draft.metadata?.repository,
    license: draft.license,
    keywords: draft.metadata?.tags,
    extensions: draft.extensions,
  })
  const servers = content.mcp_servers ?? []
  const files = filesOf({
    'plugin.json': manifest,
    ...(servers.length === 0
      ? {}
      : { 'mcp.json': { $schema: mcpSchema, mcpServers: writtenMcpServers(servers) } }),
  })
  const carried = ['name', 'version', 'description', 'license', 'extensions', 'metadata', 'source']
  const parts = [
    'commands',
    'agents',
    'hooks',
    'lsp_servers',
    'output_styles',
    'workflows',
    'settings',
    'user_config',
    'channels',
  ]
  const losses = [
    ...lossesOf(draft, carried, 'Agent Plugins'),
    ...parts
      .filter((part) => part in content)
      .map((part) => `content.${part} has no place in Agent Plugins`),
  ]
  return { files, losses }
}

function readServers(files: FileMap, problems: FormatProblem[]): ReturnType<typeof mcpFromObject> {
  const value = readForeignObject(files, 'mcp.json', problems)
  return value === undefined || !isJsonObject(value['mcpServers'])
    ? []
    : mcpFromObject(value, 'mcp.json', problems)
}

function extensionsFrom(
  manifest: JsonObject,
  losses: string[],
): Record<string, JsonObject> | undefined {
  const value = manifest['extensions']
  if (!isJsonObject(value)) return undefined
  const kept: Record<string, JsonObject> = {}
  for (const [domain, extension] of Object.entries(value)) {
    if (/^[a-z0-9-]+(?:\.[a-z0-9_-]+)+$/i.test(domain) && isJsonObject(extension))
      kept[domain] = extension
    else
      losses.push(
        `extension ${JSON.stringify(asLine(domain, 80))} is not named by a reverse domain`,
      )
  }
  return Object.keys(kept).length === 0 ? undefined : kept
}
