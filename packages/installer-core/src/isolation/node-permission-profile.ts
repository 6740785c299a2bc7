import type { Capability } from '@mothership/manifest'
import { InstallerError } from '../errors.ts'

/** What a script of an item may touch beside its own files, as the host sees fit. */
export interface NodeProfileOptions {
  /** The item's directory: readable, never writable. Absolute, every link resolved. */
  readonly directory: string
  /** Capabilities made from approved permissions. */
  readonly capabilities: readonly Capability[]
  /** A directory of the item's own for temporary files; used only when the item may have one. Absolute. */
  readonly temporaryDirectory?: string | undefined
  /** The environment to take variables from; only named ones get through. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** The Node version the script will run under, default this one's: older ones cannot deny the network. */
  readonly nodeVersion?: string | undefined
}

/** How to start `node` so that a script has what was granted and nothing else. */
export interface NodePermissionProfile {
  /** Arguments before the script. */
  readonly args: readonly string[]
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>
  /** What was granted but cannot be told to Node precisely, in words; the host may want to tell a firewall. */
  readonly limits: readonly string[]
}

// The permission model can deny the network from this major on.
const networkPermissionSince = 25

/**
 * Renders approved capabilities as a profile of Node's permission model: reading its own directory, a temporary directory,
 * child processes, environment and network only where granted. Everything else is denied by Node itself. It is no sandbox
 * against code that breaks out of V8; it is what keeps honest mistakes and plain theft out.
 *
 * Throws `capability_refused` when Node cannot deny what was not granted, instead of pretending.
 */
export function renderNodePermissionProfile(options: NodeProfileOptions): NodePermissionProfile {
  const { directory, capabilities } = options
  const args = ['--permission', `--allow-fs-read=${directory}`]
  const limits: string[] = []
  const granted = (type: Capability['type']): readonly Capability[] =>
    capabilities.filter((capability) => capability.type === type)

  if (granted('temporary_files').length > 0 && options.temporaryDirectory !== undefined) {
    args.push(`--allow-fs-read=${options.temporaryDirectory}`)
    args.push(`--allow-fs-write=${options.temporaryDirectory}`)
  }
  const commands = granted('execute')
  if (commands.length > 0) {
    args.push('--allow-child-process')
    limits.push(
      `Node cannot limit commands to ${targets(commands)}: what they start is not confined.`,
    )
  }
  const hosts = granted('network')
  const majorVersion = Number((options.nodeVersion ?? process.versions.node).split('.')[0])
  if (majorVersion >= networkPermissionSince) {
    if (hosts.length > 0) args.push('--allow-net')
  } else if (hosts.length === 0) {
    // Without a switch of its own, the network is denied where it begins: in the modules that open sockets.
    args.push(`--import=${denyNetwork}`)
  }
  if (hosts.some(({ target }) => target !== undefined)) {
    limits.push(
      `Node cannot limit the network to ${targets(hosts)}: use a proxy or firewall for that.`,
    )
  }
  return { args, env: environmentFor(granted('environment'), options.environment ?? {}), limits }
}

// Loaded before the script. Every way to a socket in Node goes through these prototypes and resolvers; their replacement
// cannot be undone, because the originals are kept nowhere and the properties are frozen.
const denyNetworkSource = `
import net from 'node:net'
import dgram from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
const deny = () => { throw Object.assign(new Error('Access to this API has been restricted: network'), { code: 'ERR_ACCESS_DENIED', permission: 'Net' }) }
const lock = (object, names) => { for (const name of names) if (typeof object[name] === 'function') Object.defineProperty(object, name, { value: deny, writable: false, configurable: false }) }
lock(net.Socket.prototype, ['connect'])
lock(net.Server.prototype, ['listen'])
lock(dgram.Socket.prototype, ['bind', 'connect', 'send'])
lock(dns, Object.keys(dns).filter((name) => /^(lookup|resolve|reverse)/.test(name)))
lock(dns.promises, Object.keys(dns.promises).filter((name) => /^(lookup|resolve|reverse)/.test(name)))
lock(process, ['binding', '_linkedBinding', 'dlopen'])
syncBuiltinESMExports()
`
const denyNetwork = `data:text/javascript,${encodeURIComponent(denyNetworkSource)}`

function environmentFor(
  granted: readonly Capability[],
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const env: Record<string, string> = {}
  for (const { target } of granted) {
    if (target === undefined) {
      throw new InstallerError({
        code: 'capability_refused',
        stage: 'caps',
        rule: 'capability.environment',
        message: 'Expected each environment variable by name; one capability names none.',
      })
    }
    const value = environment[target]
    // What would change Node itself is never the item's to choose.
    if (value !== undefined && target !== 'NODE_OPTIONS') env[target] = value
  }
  return env
}

function targets(capabilities: readonly Capability[]): string {
  return capabilities.map(({ target }) => target ?? 'anything').join(', ')
}
