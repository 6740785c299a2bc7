import type { Manifest, ManifestOf, PluginMcpServer } from '@mothership/manifest'
import { InstallerError } from '../errors.ts'
import {
  HostConfigError,
  addJsonMember,
  hasJsonMember,
  removeJsonMember,
} from '../host-config/json-config.ts'
import { addTomlTable, hasTomlTable, removeTomlTable } from '../host-config/toml-config.ts'
import type { TomlValue } from '../host-config/toml-config.ts'
import type {
  AdapterItem,
  AdapterProblem,
  HostConfig,
  HostFileEdit,
  KindAdapter,
} from '../ports/kind-adapter.ts'
import { layoutRefused } from '../stages/prepare.ts'

/**
 * Claude plugins: one directory per plugin, laid out as its author packed it. No file is asked for: a plugin may be
 * nothing but what its marketplace says about it, language servers for example. Its MCP servers are also entered into the
 * target's `mcpConfigs`, for hosts that read one file of servers, and taken out again with it.
 */
export const pluginAdapter: KindAdapter = {
  kind: 'plugin',
  async plan(item) {
    const manifest = assertPlugin(item.manifest)
    if (!item.enabled) return { edits: [] }
    const servers = entriesOf(item, manifest)
    return {
      edits: (item.target.mcpConfigs ?? []).flatMap((config) =>
        servers.map((server) => addition(item, config, server)),
      ),
    }
  },
  async planRemoval(item) {
    if (!item.enabled) return { edits: [] }
    const servers = entriesOf(item, assertPlugin(item.manifest))
    return {
      edits: (item.target.mcpConfigs ?? []).flatMap((config) =>
        servers.map((server) => removal(config, server)),
      ),
    }
  },
  async verify(item) {
    if (!item.enabled) return []
    const servers = entriesOf(item, assertPlugin(item.manifest))
    const problems = (item.target.mcpConfigs ?? []).map((config) => missing(item, config, servers))
    return (await Promise.all(problems)).flat()
  },
}

/** One MCP server as a host's configuration names it. */
interface ServerEntry {
  /** Slug and server name, so that no two plugins and no user's own entry meet. */
  readonly key: string
  readonly server: PluginMcpServer
}

function assertPlugin(manifest: Manifest): ManifestOf<'plugin'> {
  if (manifest.kind === 'plugin') return manifest
  throw layoutRefused(manifest, 'kind', '.', 'is not a plugin')
}

function entriesOf(item: AdapterItem, manifest: ManifestOf<'plugin'>): readonly ServerEntry[] {
  const servers = (manifest.content.mcp_servers ?? []).filter(({ type }) => type !== 'bundle')
  return servers.map((server) => {
    assertGranted(item, server)
    return {
      key: `${manifest.slug}-${server.name}`.replaceAll(/[^A-Za-z0-9_-]+/g, '-'),
      server: expanded(server, item.directory),
    }
  })
}

/** A server nobody approved is not entered anywhere. */
function assertGranted(item: AdapterItem, server: PluginMcpServer): void {
  const name = server.name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  const granted = item.capabilities.some(({ type, target }) => type === 'mcp' && target === name)
  if (granted) return
  const { kind, slug, version } = item.manifest
  throw new InstallerError({
    code: 'capability_refused',
    stage: 'prepare',
    rule: 'capability.mcp',
    message: `Expected the permission mcp:${name} for the MCP server ${JSON.stringify(server.name)} of ${slug}; it is not among those approved. Tell its author.`,
    item: { kind, slug, version },
  })
}

/** Hosts that read a file of servers do not know a plugin's own directory. */
function expanded(server: PluginMcpServer, directory: string): PluginMcpServer {
  const expand = (text: string): string =>
    text.replaceAll('${CLAUDE_PLUGIN_ROOT}', directory).replaceAll('${PLUGIN_ROOT}', directory)
  const expandAll = (map: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(map).map(([name, text]) => [name, expand(text)]))
  return {
    ...server,
    ...(server.command === undefined ? {} : { command: expand(server.command) }),
    ...(server.args === undefined ? {} : { args: server.args.map(expand) }),
    ...(server.env === undefined ? {} : { env: expandAll(server.env) }),
    ...(server.url === undefined ? {} : { url: expand(server.url) }),
    ...(server.headers === undefined ? {} : { headers: expandAll(server.headers) }),
  }
}

function addition(item: AdapterItem, config: HostConfig, entry: ServerEntry): HostFileEdit {
  const { file } = config
  return {
    file,
    edit: (text) =>
      explained(item, file, () =>
        config.format === 'json'
          ? addJsonMember(text, jsonPath(config), entry.key, jsonEntry(entry.server))
          : addTomlTable(text, tomlPath(config), entry.key, tomlEntry(entry.server)),
      ),
  }
}

function removal(config: HostConfig, entry: ServerEntry): HostFileEdit {
  return {
    file: config.file,
    edit: (text) =>
      config.format === 'json'
        ? removeJsonMember(text, jsonPath(config), entry.key)
        : removeTomlTable(text, entry.key),
  }
}

async function missing(
  item: AdapterItem,
  config: HostConfig,
  entries: readonly ServerEntry[],
): Promise<readonly AdapterProblem[]> {
  const text = (await item.readHostFile(config.file)) ?? ''
  const has = (key: string): boolean =>
    config.format === 'json'
      ? text.trim() !== '' && hasJsonMember(text, jsonPath(config), key)
      : hasTomlTable(text, tomlPath(config), key)
  try {
    return entries
      .filter(({ key }) => !has(key))
      .map(({ key }) => ({ file: config.file, message: `has no entry ${key}; repair() adds it` }))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [{ file: config.file, message: `cannot be read: ${reason}` }]
  }
}

function explained<T>(item: AdapterItem, file: string, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    if (!(cause instanceof HostConfigError)) throw cause
    const { kind, slug, version } = item.manifest
    throw new InstallerError({
      code: 'host_config_refused',
      stage: 'commit',
      rule: 'host_config.editable',
      message: `Expected to add the MCP servers of ${slug} to ${file}; ${cause.message}. The file was left alone: look at it, then try again.`,
      file,
      item: { kind, slug, version },
      cause,
    })
  }
}

function jsonEntry(server: PluginMcpServer): Record<string, unknown> {
  const { type, command, args, env, url, headers } = server
  if (type !== 'stdio') return { type, url, ...(headers === undefined ? {} : { headers }) }
  return {
    command,
    ...(args === undefined ? {} : { args }),
    ...(env === undefined ? {} : { env }),
  }
}

function tomlEntry(server: PluginMcpServer): Record<string, TomlValue> {
  const { type, command, args, env, url, headers } = server
  if (type !== 'stdio') {
    return { url: url ?? '', ...(headers === undefined ? {} : { http_headers: headers }) }
  }
  return {
    command: command ?? '',
    ...(args === undefined ? {} : { args }),
    ...(env === undefined ? {} : { env }),
  }
}

function jsonPath(config: HostConfig): readonly string[] {
  return config.path ?? ['mcpServers']
}

function tomlPath(config: HostConfig): readonly string[] {
  return config.path ?? ['mcp_servers']
}
