import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts'
import type { PluginLspServer, PluginMcpServer } from '../kinds/plugin.ts'
import { insidePath } from './claude-parts.ts'
import type { FileMap, FormatProblem } from './file-map.ts'
import { asLine, readForeignObject, textField, textList, textMap } from './foreign-json.ts'

/**
 * Reads the MCP servers of a plugin: `.mcp.json` at its root and what its manifest declares: a path, a bundle (`.mcpb`,
 * `.dxt`), a map, or a list of these. Both shapes of `.mcp.json` are read, with and without the wrapper.
 */
export function readMcpServers(
  files: FileMap,
  declared: JsonValue | undefined,
  manifestFile: string,
  problems: FormatProblem[],
): PluginMcpServer[] {
  const servers = [
    ...mcpFromFile(files, '.mcp.json', problems),
    ...mcpFromDeclaration(files, declared, manifestFile, problems),
  ]
  return [...new Map(servers.map((server) => [server.name, server])).values()]
}

/** Reads the servers of a map `{ name: settings }`, in Claude's or VS Code's wrapper or bare. */
export function mcpFromObject(
  value: JsonObject,
  file: string,
  problems: FormatProblem[],
): PluginMcpServer[] {
  const wrapped = value['mcpServers'] ?? value['servers']
  const map = isJsonObject(wrapped) ? wrapped : value
  return Object.entries(map).flatMap(([name, settings]) => {
    if (!isJsonObject(settings)) {
      if (!name.startsWith('$')) {
        problems.push(
          warning(
            file,
            `${asLine(name, 80)}: expected settings of a server, got another value: see the format`,
          ),
        )
      }
      return []
    }
    return mcpServer(asLine(name, 256), settings, file, problems)
  })
}

/** Reads the language servers of a plugin: `.lsp.json` and what its manifest declares. */
export function readLspServers(
  files: FileMap,
  declared: JsonValue | undefined,
  manifestFile: string,
  problems: FormatProblem[],
): PluginLspServer[] {
  const fromFile = readForeignObject(files, '.lsp.json', problems)
  const path = typeof declared === 'string' ? insidePath(declared) : undefined
  const named = path === undefined ? undefined : readForeignObject(files, path, problems)
  const maps = [fromFile, named, isJsonObject(declared) ? declared : undefined]
  return maps.flatMap((map) =>
    map === undefined
      ? []
      : Object.entries(map).flatMap(([name, settings]) =>
          lspServer(name, settings, manifestFile, problems),
        ),
  )
}

function mcpFromFile(files: FileMap, path: string, problems: FormatProblem[]): PluginMcpServer[] {
  const value = readForeignObject(files, path, problems)
  return value === undefined ? [] : mcpFromObject(value, path, problems)
}

function mcpFromDeclaration(
  files: FileMap,
  value: JsonValue | undefined,
  file: string,
  problems: FormatProblem[],
): PluginMcpServer[] {
  if (value === undefined) return []
  if (Array.isArray(value))
    return value.flatMap((each) => mcpFromDeclaration(files, each, file, problems))
  if (isJsonObject(value)) return mcpFromObject(value, file, problems)
  const text = textField(value)
  if (text !== undefined && /\.(?:mcpb|dxt)$/i.test(text))
    return bundle(files, text, file, problems)
  const path = text === undefined ? undefined : insidePath(text)
  if (path === undefined || !files.has(path)) {
    problems.push(
      warning(
        file,
        `mcpServers: expected a file of the plugin, got ${asLine(JSON.stringify(value), 80)}: correct the path`,
      ),
    )
    return []
  }
  return mcpFromFile(files, path, problems)
}

function bundle(
  files: FileMap,
  text: string,
  file: string,
  problems: FormatProblem[],
): PluginMcpServer[] {
  const name = asLine(
    text
      .split('/')
      .at(-1)
      ?.replace(/\.[^.]+$/, '') ?? 'bundle',
    256,
  )
  if (/^https?:\/\//i.test(text)) return [{ name, type: 'bundle', url: text.slice(0, 4096) }]
  const path = insidePath(text)
  if (path === undefined || path === '') return []
  if (!files.has(path)) {
    problems.push(
      warning(
        file,
        `mcpServers: expected the bundle ${asLine(path, 80)}, got no such file: add it`,
      ),
    )
  }
  return [{ name, type: 'bundle', bundle: path }]
}

function mcpServer(
  name: string,
  settings: JsonObject,
  file: string,
  problems: FormatProblem[],
): PluginMcpServer[] {
  const url = textField(settings['url']) ?? textField(settings['httpUrl'])
  const command = textField(settings['command'])
  if (url === undefined && command === undefined) {
    problems.push(
      warning(file, `${name}: expected a command or a url, got neither: complete the server`),
    )
    return []
  }
  const env = textMap(settings['env'])
  const headers = textMap(settings['headers'])
  const type = command !== undefined ? 'stdio' : settings['type'] === 'sse' ? 'sse' : 'http'
  const args = Array.isArray(settings['args']) ? settings['args'].map((arg) => scalarText(arg)) : []
  return [
    {
      name,
      type,
      ...(command === undefined
        ? { url: (url ?? '').slice(0, 4096) }
        : { command: command.slice(0, 4096) }),
      ...(command === undefined || args.length === 0 ? {} : { args: args.slice(0, 256) }),
      ...(env === undefined ? {} : { env }),
      ...(headers === undefined ? {} : { headers }),
    },
  ]
}

function lspServer(
  name: string,
  settings: JsonValue,
  file: string,
  problems: FormatProblem[],
): PluginLspServer[] {
  const command = isJsonObject(settings) ? textField(settings['command']) : undefined
  if (!isJsonObject(settings) || command === undefined) {
    problems.push(
      warning(
        file,
        `${asLine(name, 80)}: expected a language server with a command, got none: complete it`,
      ),
    )
    return []
  }
  const env = textMap(settings['env'])
  const extensions = textMap(settings['extensionToLanguage'])
  const args = textList(settings['args'] ?? [])
  return [
    {
      name: asLine(name, 256),
      command: command.slice(0, 4096),
      ...(args.length === 0 ? {} : { args: args.slice(0, 256) }),
      ...(env === undefined ? {} : { env }),
      ...(extensions === undefined ? {} : { extensions }),
    },
  ]
}

function scalarText(value: JsonValue): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 8192)
}

function warning(file: string, message: string): FormatProblem {
  return { severity: 'warning', file, message }
}
