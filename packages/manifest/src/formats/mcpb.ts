import { isJsonObject, type JsonObject } from '../json/json-value.ts'
import type { PluginMcpServer } from '../kinds/plugin.ts'
import type { DraftOf } from '../manifest/manifest.ts'
import { finish, permissionsOfMcpServer } from '../permissions/derive-permissions.ts'
import { type Conversion, defined } from './conversion.ts'
import {
  authorFrom,
  descriptionFrom,
  licenseFrom,
  metadataFrom,
  unknownFields,
  versionFrom,
} from './draft-fields.ts'
import type { FileMap, FormatOptions, FormatProblem } from './file-map.ts'
import { asLine, readForeignObject, textField, textList, textMap } from './foreign-json.ts'
import { makeSlug } from './slug.ts'

const knownFields = [
  'manifest_version',
  'dxt_version',
  'name',
  'version',
  'description',
  'author',
  'server',
  'display_name',
  'long_description',
  'repository',
  'homepage',
  'documentation',
  'icon',
  'keywords',
  'license',
  'user_config',
  'compatibility',
]

/**
 * Reads the files of a `.mcpb` bundle (read its zip with `readArchive` first): a plugin with one server, started from its
 * own files. Its signature trailer proves nothing and is not looked at.
 */
export function readMcpb(files: FileMap, options: FormatOptions): Conversion<DraftOf<'plugin'>> {
  const problems: FormatProblem[] = []
  const losses: string[] = []
  const value = readForeignObject(files, 'manifest.json', problems) ?? {}
  const warn = (message: string): number =>
    problems.push({ severity: 'warning', file: 'manifest.json', message })
  for (const field of ['manifest_version', 'name', 'version', 'description', 'author', 'server']) {
    if (
      value[field] === undefined &&
      !(field === 'manifest_version' && value['dxt_version'] !== undefined)
    ) {
      warn(`expected ${field}, got none: add it`)
    }
  }
  const name = textField(value['name']) ?? 'bundle'
  const server = readServer(value, name, files, problems, losses)
  const license = licenseFrom(value['license'])
  const author = authorFrom(value['author'])
  const long = textField(value['long_description'])?.slice(0, 65_536)
  const metadata = metadataFrom(value)
  losses.push(...unknownFields(value, knownFields, 'manifest.json'))
  const draft: DraftOf<'plugin'> = {
    schema_version: '1.0',
    kind: 'plugin',
    slug: makeSlug(options.namespace, name),
    name: asLine(textField(value['display_name']) ?? name, 256),
    version: versionFrom(value['version'], '0.0.0', losses),
    author_id: options.author_id,
    description: descriptionFrom(textField(value['description']) ?? name, losses),
    permissions: finish(server.flatMap(permissionsOfMcpServer), 'plugin'),
    content: {
      ...(server.length === 0 ? {} : { mcp_servers: server }),
      ...(isJsonObject(value['user_config']) ? { user_config: value['user_config'] } : {}),
    },
    ...defined({ long_description: long, license, metadata }),
    source: { type: 'mcpb', ...(author === undefined ? {} : { original_author: author }) },
  }
  return { name, draft, losses, problems }
}

function readServer(
  manifest: JsonObject,
  name: string,
  files: FileMap,
  problems: FormatProblem[],
  losses: string[],
): PluginMcpServer[] {
  const server = isJsonObject(manifest['server']) ? manifest['server'] : {}
  const config = isJsonObject(server['mcp_config']) ? server['mcp_config'] : {}
  const entry = textField(server['entry_point'])
  if (entry !== undefined && !files.has(entry.replace(/^\.\//, ''))) {
    problems.push({
      severity: 'warning',
      file: 'manifest.json',
      message: `expected the entry point ${asLine(entry, 80)}, got no such file: add it`,
    })
  }
  if (config['platform_overrides'] !== undefined)
    losses.push('platform_overrides of the server are not carried')
  const command = textField(config['command']) ?? defaultCommand(textField(server['type']))
  if (command === undefined) {
    problems.push({
      severity: 'warning',
      file: 'manifest.json',
      message: 'expected a command of the server, got none: add mcp_config',
    })
    return []
  }
  const args = textList(config['args'] ?? [])
  const env = textMap(config['env'])
  return [
    {
      name: asLine(name, 256),
      type: 'stdio',
      command: command.slice(0, 4096),
      ...(args.length === 0 && entry === undefined
        ? {}
        : { args: args.length === 0 ? [`\${__dirname}/${entry}`] : args.slice(0, 256) }),
      ...(env === undefined ? {} : { env }),
    },
  ]
}

function defaultCommand(type: string | undefined): string | undefined {
  if (type === 'node') return 'node'
  if (type === 'python') return 'python'
  return type === 'uv' ? 'uv' : undefined
}
