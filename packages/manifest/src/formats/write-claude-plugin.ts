import type { JsonObject } from '../json/json-value.ts'
import type { PluginHook, PluginMcpServer } from '../kinds/plugin.ts'
import type { DraftOf } from '../manifest/manifest.ts'
import { defined, filesOf, lossesOf, type WrittenFormat } from './conversion.ts'

/**
 * Writes a plugin's manifest in Claude's layout: `.claude-plugin/plugin.json`, `hooks/hooks.json`, `.mcp.json`, `.lsp.json`.
 * The parts themselves are files of the package and stay where they are.
 */
export function writeClaudePlugin(draft: DraftOf<'plugin'>): WrittenFormat {
  const { content } = draft
  const documents: Record<string, unknown> = { '.claude-plugin/plugin.json': pluginJson(draft) }
  if (content.hooks !== undefined)
    documents['hooks/hooks.json'] = { hooks: writtenHooks(content.hooks) }
  const servers = (content.mcp_servers ?? []).filter(({ type }) => type !== 'bundle')
  if (servers.length > 0) documents['.mcp.json'] = { mcpServers: writtenMcpServers(servers) }
  if (content.lsp_servers !== undefined) {
    documents['.lsp.json'] = Object.fromEntries(
      content.lsp_servers.map(({ name, extensions, ...settings }) => [
        name,
        { ...settings, ...(extensions === undefined ? {} : { extensionToLanguage: extensions }) },
      ]),
    )
  }
  const carried = [
    'name',
    'version',
    'description',
    'license',
    'metadata',
    'source',
    'dependencies',
  ]
  return { files: filesOf(documents), losses: lossesOf(draft, carried, 'plugin.json') }
}

/** Servers by name, as Claude and the other hosts of `.mcp.json` read them. */
export function writtenMcpServers(servers: readonly PluginMcpServer[]): JsonObject {
  return Object.fromEntries(
    servers.map(({ name, type, bundle, ...settings }) => [
      name,
      {
        ...(type === 'stdio' || type === 'bundle' ? {} : { type }),
        ...settings,
        ...(bundle === undefined ? {} : { bundle }),
      },
    ]),
  )
}

function pluginJson(draft: DraftOf<'plugin'>): JsonObject {
  const { content, metadata } = draft
  const name = draft.slug.split('.').at(-1) ?? draft.slug
  const paths = (
    parts: readonly { path: string }[] | undefined,
    directory: string,
  ): string[] | undefined => {
    const others = (parts ?? []).filter(
      ({ path }) => !path.startsWith(`${directory}/`) && path !== 'SKILL.md',
    )
    return others.length === 0 ? undefined : (parts ?? []).map(({ path }) => `./${path}`)
  }
  return defined({
    name,
    displayName: draft.name === name ? undefined : draft.name,
    version: draft.version,
    description: draft.description,
    author:
      draft.source?.original_author === undefined
        ? undefined
        : { name: draft.source.original_author },
    homepage: metadata?.homepage,
    repository: metadata?.repository,
    license: draft.license,
    keywords: metadata?.tags,
    category: metadata?.category,
    skills: paths(content.skills, 'skills'),
    commands: paths(content.commands, 'commands'),
    agents: paths(content.agents, 'agents'),
    outputStyles: paths(content.output_styles, 'output-styles'),
    mcpServers: bundlesOf(content.mcp_servers),
    settings: content.settings,
    userConfig: content.user_config,
    channels: content.channels,
    dependencies: writtenDependencies(draft.dependencies),
  }) as JsonObject
}

/** Bundles stand in plugin.json, by path or address; other servers in `.mcp.json`. */
function bundlesOf(servers: readonly PluginMcpServer[] | undefined): string[] | undefined {
  const bundles = (servers ?? []).flatMap(({ bundle, type, url }) =>
    type === 'bundle' ? [bundle === undefined ? (url ?? '') : `./${bundle}`] : [],
  )
  return bundles.length === 0 ? undefined : bundles
}

function writtenHooks(hooks: readonly PluginHook[]): Record<string, JsonObject[]> {
  const events: Record<string, JsonObject[]> = {}
  for (const { event, matcher, ...handler } of hooks) {
    const group = { ...(matcher === undefined ? {} : { matcher }), hooks: [{ ...handler }] }
    events[event] = [...(events[event] ?? []), group]
  }
  return events
}

function writtenDependencies(
  dependencies: Readonly<Record<string, string>> | undefined,
): JsonObject[] | undefined {
  const entries = Object.entries(dependencies ?? {}).filter(([key]) => key.startsWith('plugin:'))
  if (entries.length === 0) return undefined
  return entries.map(([key, version]) => {
    const segments = key.slice('plugin:'.length).split('.')
    const name = segments.at(-1) ?? key
    return {
      name,
      ...(segments.length > 1 ? { marketplace: segments[0] ?? '' } : {}),
      ...(version === '*' ? {} : { version }),
    }
  })
}
