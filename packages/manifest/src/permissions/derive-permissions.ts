import type { FileMap } from '../formats/file-map.ts'
import { readClaudeHooks } from '../formats/claude-hooks.ts'
import { readLspServers, readMcpServers } from '../formats/claude-servers.ts'
import { readForeignObject, textOf } from '../formats/foreign-json.ts'
import type { Kind } from '../kinds/kind.ts'
import type { PluginHook, PluginLspServer, PluginMcpServer } from '../kinds/plugin.ts'
import { deriveComposePermissions } from './derive-compose-permissions.ts'
import { isPermission, permissionIncludes } from './permission.ts'

/**
 * Reads from a package's own bytes what it will ask for: hooks and the commands they run, MCP and language servers, the
 * hosts and environment names its scripts and settings mention, ports and mounts of a compose file. Only what the kind may
 * ask for is answered, sorted, each once. It is what the bytes show, not all a program can do.
 */
export function derivePermissions(files: FileMap, kind: Kind = 'plugin'): string[] {
  if (kind === 'app') return finish(deriveComposePermissions(files), kind)
  const manifest = readForeignObject(files, '.claude-plugin/plugin.json', []) ?? {}
  const found = [
    ...readClaudeHooks(files, manifest, undefined, '', []).flatMap(permissionsOfHook),
    ...readMcpServers(files, manifest['mcpServers'], '', []).flatMap(permissionsOfMcpServer),
    ...readLspServers(files, manifest['lspServers'], '', []).flatMap(permissionsOfLspServer),
    ...[...files].flatMap(([path, { bytes }]) => permissionsOfScript(path, bytes)),
  ]
  return finish(found, kind)
}

/** What one hook needs. */
export function permissionsOfHook(hook: PluginHook): string[] {
  const host = hook.url === undefined ? undefined : hostOf(hook.url)
  return [
    `hook:${hook.event}`,
    ...commandsOf(hook.command ?? '').map((command) => `exec:${command}`),
    ...namesIn(hook.command ?? ''),
    ...(host === undefined ? [] : [`network:${host}`]),
  ]
}

/** What one MCP server needs. */
export function permissionsOfMcpServer(server: PluginMcpServer): string[] {
  const host = server.url === undefined ? undefined : hostOf(server.url)
  const texts = [
    server.command ?? '',
    server.url ?? '',
    ...(server.args ?? []),
    ...Object.values(server.env ?? {}),
    ...Object.values(server.headers ?? {}),
  ]
  return [
    `mcp:${server.name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')}`,
    ...(server.command === undefined
      ? []
      : commandsOf(server.command).map((command) => `exec:${command}`)),
    ...(server.url === undefined ? [] : [`network${host === undefined ? '' : `:${host}`}`]),
    ...texts.flatMap(namesIn),
  ]
}

function permissionsOfLspServer(server: PluginLspServer): string[] {
  return commandsOf(server.command).map((command) => `exec:${command}`)
}

/** What differs between the declared permissions and what the bytes show. */
export interface PermissionMismatch {
  /** Shown by the bytes, not declared: a reason to refuse or to ask. */
  undeclared: string[]
  /** Declared, not shown by the bytes: worth a look, never a fault; programs ask for more than their texts show. */
  unseen: string[]
}

/** Compares declared permissions with what {@link derivePermissions} finds in the package. */
export function comparePermissions(
  declared: readonly string[],
  files: FileMap,
  kind: Kind,
): PermissionMismatch {
  const shown = derivePermissions(files, kind)
  return {
    undeclared: shown.filter(
      (permission) => !declared.some((each) => permissionIncludes(kind, each, permission)),
    ),
    unseen: declared.filter(
      (permission) =>
        !shown.some(
          (each) =>
            permissionIncludes(kind, each, permission) ||
            permissionIncludes(kind, permission, each),
        ),
    ),
  }
}

/** Beyond this many single hosts a list tells a person nothing: the general permission stands for them. */
const maxSingleHosts = 48
/** The schema's limit of a permission list. */
const maxPermissions = 256

/** Puts found permissions in order: only what the kind may ask for, each once, sorted. */
export function finish(found: readonly string[], kind: Kind): string[] {
  const allowed = [...new Set(found)].filter((permission) => isPermission(kind, permission)).sort()
  const hosts = allowed.filter((permission) => permission.startsWith('network:'))
  const isGeneral = allowed.includes('network') || hosts.length > maxSingleHosts
  if (!isGeneral) return allowed.slice(0, maxPermissions)
  const rest = allowed.filter(
    (permission) => permission !== 'network' && !hosts.includes(permission),
  )
  return ['network', ...rest].sort().slice(0, maxPermissions)
}

const scriptName = /\.(?:sh|bash|zsh|py|js|mjs|cjs|ts|mts|rb|pl|php|ps1|lua|go|rs)$/i
/** A script of this size is generated or bundled; its mentions tell nothing anybody wrote. */
const maxScriptBytes = 512 * 1024

function permissionsOfScript(path: string, bytes: Uint8Array): string[] {
  if (!scriptName.test(path) || bytes.length > maxScriptBytes) return []
  const text = textOf(bytes)
  const hosts = [...text.matchAll(/https?:\/\/[a-z0-9*._-]+(?::[0-9]{1,5})?/gi)].map(
    ([url]) => `${hostOf(url)}`, // the pattern is of an address with a host
  )
  const names = [...text.matchAll(environmentUse)].map((match) => `${match.slice(1).find(Boolean)}`)
  return [
    ...hosts.filter((host) => !quietHosts.test(host)).map((host) => `network:${host}`),
    ...names.map((name) => `env:${name}`),
  ]
}

const environmentUse =
  /process\.env\.([A-Za-z_]\w*)|process\.env\[['"]([A-Za-z_]\w*)['"]\]|os\.(?:environ(?:\.get)?[[(]|getenv\()\s*['"]([A-Za-z_]\w*)['"]|ENV\[['"]([A-Za-z_]\w*)['"]\]/g
/** Names that stand in texts without being called: schemas, examples, the own machine. */
const quietHosts =
  /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|(?:.*\.)?example\.(?:com|org|net)|www\.w3\.org|json-schema\.org|schemas\.[a-z0-9.-]+|www\.apache\.org)(?::[0-9]+)?$/

function hostOf(url: string): string | undefined {
  const host = /^[a-z]+:\/\/(?:[^/@\s]*@)?([a-z0-9*._-]+(?::[0-9]{1,5})?)/i.exec(url)?.[1]
  return host?.toLowerCase().replace(/\.$/, '')
}

/** `${NAME}` and `$NAME` in settings; those a host itself provides ask for nothing. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !/^(?:CLAUDE_|PLUGIN_ROOT$|user_config$|HOME$|PWD$|PATH$)/.test(name))
    .map((name) => `env:${name}`)
}

/** The programs a shell line starts: the first word of every part of it. */
function commandsOf(line: string): string[] {
  return line.split(/&&|\|\||[;|\n]/).flatMap((part) => {
    const words = part.trim().split(/\s+/)
    const first = words.find((word) => word !== '' && !/^[A-Za-z_]\w*=/.test(word))
    const command = first?.replaceAll(/["'`()]/g, '').slice(0, 256)
    return command === undefined || command === '' || shellWords.has(command) ? [] : [command]
  })
}

const shellWords: ReadonlySet<string> = new Set(
  'if then else elif fi for while until do done case esac in function { } [ [[ ! exit return true false echo cd set export : test local'.split(
    ' ',
  ),
)
