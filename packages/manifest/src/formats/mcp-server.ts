import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts'
import type { PluginMcpServer } from '../kinds/plugin.ts'
import type { DraftOf } from '../manifest/manifest.ts'
import { finish, permissionsOfMcpServer } from '../permissions/derive-permissions.ts'
import { type Conversion, defined, filesOf, lossesOf, type WrittenFormat } from './conversion.ts'
import {
  descriptionFrom,
  metadataFrom,
  unknownFields,
  versionFrom,
  webUrlFrom,
} from './draft-fields.ts'
import type { FileMap, FormatOptions, FormatProblem } from './file-map.ts'
import { asLine, readForeignObject, textField } from './foreign-json.ts'
import { makeSlug } from './slug.ts'

/** Schema of the server.json this package writes. */
export const mcpServerSchema =
  'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'

const knownFields = [
  '$schema',
  'name',
  'description',
  'version',
  'title',
  'repository',
  'websiteUrl',
  'icons',
  'packages',
  'remotes',
  '_meta',
]

/** Reads the `server.json` of the MCP registry: a plugin that holds nothing but its server, once per package and remote. */
export function readMcpServerJson(
  files: FileMap,
  options: FormatOptions & { readonly file?: string },
): Conversion<DraftOf<'plugin'>> {
  const problems: FormatProblem[] = []
  const losses: string[] = []
  const file = options.file ?? 'server.json'
  const value = readForeignObject(files, file, problems) ?? {}
  const name = textField(value['name'])
  if (name === undefined || !/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/.test(name)) {
    problems.push({
      severity: 'warning',
      file,
      message: 'expected a name such as org.example/server, got another: correct it',
    })
  }
  const short = name?.split('/').at(-1) ?? 'server'
  const servers = [
    ...listOf(value['packages']).flatMap((entry, index) =>
      packageServer(entry, short, index, file, problems),
    ),
    ...listOf(value['remotes']).flatMap((entry, index) =>
      remoteServer(entry, short, index, file, problems),
    ),
  ]
  const named = distinctNames(servers)
  const metadata = metadataFrom({
    homepage: value['websiteUrl'] ?? null,
    repository: value['repository'] ?? null,
    icon: listOf(value['icons'])[0]?.['src'] ?? null,
  })
  losses.push(...unknownFields(value, knownFields, 'server.json'))
  if (value['_meta'] !== undefined) losses.push('server.json field "_meta" is not carried')
  const draft: DraftOf<'plugin'> = {
    schema_version: '1.0',
    kind: 'plugin',
    slug: makeSlug(options.namespace, short),
    name: asLine(textField(value['title']) ?? short, 256),
    version: versionFrom(value['version'], '0.0.0', losses),
    author_id: options.author_id,
    description: descriptionFrom(textField(value['description']) ?? short, losses),
    permissions: finish(named.flatMap(permissionsOfMcpServer), 'plugin'),
    content: named.length === 0 ? {} : { mcp_servers: named },
    source: { type: 'mcp-registry', ...(name === undefined ? {} : { repo: asLine(name, 256) }) },
    ...defined({ metadata }),
  }
  return { name: draft.name, draft, losses, problems }
}

/** Writes the `server.json` of a plugin's servers. Only packages and remotes the format can name are carried. */
export function writeMcpServerJson(
  draft: DraftOf<'plugin'>,
  options: { readonly name: string },
): WrittenFormat {
  const losses = lossesOf(
    draft,
    ['name', 'version', 'description', 'metadata', 'source', 'permissions'],
    'server.json',
  )
  const servers = draft.content.mcp_servers ?? []
  const remotes = servers.flatMap((server) =>
    server.url === undefined || server.type === 'bundle'
      ? []
      : [
          {
            type: server.type === 'sse' ? 'sse' : 'streamable-http',
            url: server.url,
            ...headersOf(server),
          },
        ],
  )
  const packages = servers.flatMap((server) => writtenPackage(server, losses))
  const repository = webUrlFrom(draft.metadata?.repository)
  const written = defined({
    $schema: mcpServerSchema,
    name: options.name,
    title: draft.name.slice(0, 100),
    description: draft.description.slice(0, 100),
    version: draft.version,
    websiteUrl: draft.metadata?.homepage,
    repository:
      repository === undefined
        ? undefined
        : { url: repository, source: /github\.com/.test(repository) ? 'github' : 'git' },
    packages: packages.length === 0 ? undefined : packages,
    remotes: remotes.length === 0 ? undefined : remotes,
  })
  if (draft.description.length > 100) losses.push('description cut to 100 characters')
  for (const part of Object.keys(draft.content).filter((key) => key !== 'mcp_servers')) {
    losses.push(`content.${part} has no place in server.json`)
  }
  return { files: filesOf({ 'server.json': written }), losses }
}

/** How each registry's packages are started. */
const runners: Readonly<
  Record<string, (identifier: string, version: string | undefined) => [string, string[]]>
> = {
  npm: (id, version) => ['npx', ['-y', version === undefined ? id : `${id}@${version}`]],
  pypi: (id, version) => ['uvx', [version === undefined ? id : `${id}==${version}`]],
  oci: (id, version) => [
    'docker',
    ['run', '-i', '--rm', version === undefined || id.includes(':') ? id : `${id}:${version}`],
  ],
  nuget: (id, version) => ['dnx', [version === undefined ? id : `${id}@${version}`, '--yes']],
  cargo: (id) => [id, []],
}

function packageServer(
  entry: JsonObject,
  name: string,
  index: number,
  file: string,
  problems: FormatProblem[],
): PluginMcpServer[] {
  const type = textField(entry['registryType']) ?? ''
  const identifier = textField(entry['identifier'])
  if (identifier === undefined || (runners[type] === undefined && type !== 'mcpb')) {
    problems.push({
      severity: 'warning',
      file,
      message: `packages.${index}: expected a known registryType and an identifier, got another: correct it`,
    })
    return []
  }
  if (type === 'mcpb') return [{ name, type: 'bundle', url: identifier.slice(0, 4096) }]
  const [runner, args] = runners[type]?.(identifier, textField(entry['version'])) ?? [
    identifier,
    [],
  ]
  const extra = [
    ...argumentsOf(entry['runtimeArguments']),
    ...args,
    ...argumentsOf(entry['packageArguments']),
  ]
  const variables = listOf(entry['environmentVariables']).flatMap(
    (variable) => textField(variable['name']) ?? [],
  )
  const env = Object.fromEntries(variables.map((variable) => [variable, `\${${variable}}`]))
  const transport = entry['transport']
  const url = isJsonObject(transport) ? textField(transport['url']) : undefined
  if (url !== undefined)
    problems.push({
      severity: 'warning',
      file,
      message: `packages.${index}: expected a stdio transport, got one with a url: it is started and reached over stdio`,
    })
  return [
    {
      name,
      type: 'stdio',
      command: textField(entry['runtimeHint']) ?? runner,
      args: extra.map((arg) => arg.slice(0, 8192)).slice(0, 256),
      ...(variables.length === 0 ? {} : { env }),
    },
  ]
}

function remoteServer(
  entry: JsonObject,
  name: string,
  index: number,
  file: string,
  problems: FormatProblem[],
): PluginMcpServer[] {
  const url = textField(entry['url'])
  if (url === undefined) {
    problems.push({
      severity: 'warning',
      file,
      message: `remotes.${index}: expected a url, got none: add it`,
    })
    return []
  }
  const headers = Object.fromEntries(
    listOf(entry['headers']).flatMap((header) => {
      const key = textField(header['name'])
      return key === undefined
        ? []
        : [[asLine(key, 256), textField(header['value'])?.slice(0, 8192) ?? '']]
    }),
  )
  return [
    {
      name,
      type: entry['type'] === 'sse' ? 'sse' : 'http',
      url: url.slice(0, 4096),
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
    },
  ]
}

function argumentsOf(value: JsonValue | undefined): string[] {
  return listOf(value).flatMap((argument) => {
    const name = textField(argument['name'])
    const text = textField(argument['value']) ?? textField(argument['default'])
    return [name, text].filter((part) => part !== undefined)
  })
}

function writtenPackage(server: PluginMcpServer, losses: string[]): JsonObject[] {
  if (server.type === 'bundle' && server.url !== undefined) {
    losses.push(`server ${server.name}: fileSha256 of the bundle is not known`)
    return [{ registryType: 'mcpb', identifier: server.url, transport: { type: 'stdio' } }]
  }
  const registry = server.command === 'npx' ? 'npm' : server.command === 'uvx' ? 'pypi' : undefined
  const identifier = server.args?.find((arg) => !arg.startsWith('-'))
  if (registry === undefined || identifier === undefined) {
    if (server.type === 'stdio')
      losses.push(`server ${server.name} starts a program of its own, which no registry names`)
    return []
  }
  const [id = identifier, version] = splitVersion(identifier, registry)
  const variables = Object.keys(server.env ?? {}).map((name) => ({ name }))
  return [
    {
      registryType: registry,
      identifier: id,
      ...(version === undefined ? {} : { version }),
      transport: { type: 'stdio' },
      ...(variables.length === 0 ? {} : { environmentVariables: variables }),
    },
  ]
}

function splitVersion(identifier: string, registry: 'npm' | 'pypi'): (string | undefined)[] {
  if (registry === 'pypi') return identifier.split('==')
  const at = identifier.lastIndexOf('@')
  return at > 0 ? [identifier.slice(0, at), identifier.slice(at + 1)] : [identifier]
}

function headersOf(server: PluginMcpServer): { headers?: { name: string; value: string }[] } {
  const headers = Object.entries(server.headers ?? {}).map(([name, value]) => ({ name, value }))
  return headers.length === 0 ? {} : { headers }
}

function distinctNames(servers: readonly PluginMcpServer[]): PluginMcpServer[] {
  return servers.map((server, index) =>
    index === 0 ? server : { ...server, name: `${server.name}-${index + 1}` },
  )
}

function listOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}
