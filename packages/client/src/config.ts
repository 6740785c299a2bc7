import type { CacheStore } from './cache-store.ts'
import type { MothershipError } from './errors.ts'
import { type Address, readAddress } from './read-address.ts'

/** Settings of a client. Each one: option, then `MOTHERSHIP_*`, then the older name, then the default. */
export interface MothershipOptions {
  /** Origin of the mothership, a path prefix or `/api/v1/marketplace` allowed. `MOTHERSHIP_URL`, `ATOM_SAAS_API_URL`. */
  readonly url?: string | undefined
  /** Satellite token, sent as `X-API-Token`. `MOTHERSHIP_TOKEN`, `ATOM_SAAS_API_TOKEN`. */
  readonly token?: string | undefined
  /** Server, publisher or operator key, sent as `X-API-Key`. `MOTHERSHIP_API_KEY`. */
  readonly apiKey?: string | undefined
  /** Token of a signed-in user, sent as `Authorization: Bearer`. */
  readonly accessToken?: string | undefined
  /** Asked for a new access token after a 401, once for a call, and once for all calls that wait. */
  readonly refreshAccessToken?: ((signal: AbortSignal) => Promise<string | undefined>) | undefined
  /** Default true. `MOTHERSHIP_ENABLED`, `MARKETPLACE_ENABLED`: `true`, `1`, `yes`, `on`; anything else is off. */
  readonly enabled?: boolean | undefined
  /** Browse only with a credential; without one answer empty. Default false. */
  readonly requireToken?: boolean | undefined
  /** Throw instead of answering empty. Default false. */
  readonly strict?: boolean | undefined
  /** Time for a whole call, retries included, in milliseconds; for a download, for the head of the answer. Default 30,000. */
  readonly timeoutMs?: number | undefined
  /** How often a failed call is tried again, when that is harmless. Default 2. */
  readonly retries?: number | undefined
  /** Failures in a row after which nothing is sent for a while. Default 5; 0 never. */
  readonly breakerFailures?: number | undefined
  /** How long nothing is sent then, in milliseconds; afterwards one call probes. Default 30,000. */
  readonly breakerPauseMs?: number | undefined
  /** How long an answer of the catalogue is used without asking again, in milliseconds. Default 300,000; 0 always asks. */
  readonly cacheTtlMs?: number | undefined
  /** Most bytes of answers kept in memory. Default 8 MiB; 0 keeps none. */
  readonly cacheBytes?: number | undefined
  /** Keeps answers beyond this process: `createDirectoryCache` of `@mothership/client/node`. */
  readonly cache?: CacheStore | undefined
  /** The mothership's id, as its health tells it. Needed for mirrors. */
  readonly id?: string | undefined
  /** Copies of the same mothership, read in order when it fails; one that tells another id is never used. */
  readonly mirrors?: readonly MirrorOptions[] | undefined
  /** Longest silence within a download, in milliseconds. Default 30,000. */
  readonly idleTimeoutMs?: number | undefined
  /** Longest package, in bytes. Default 50 MiB, as the archive reader has it. */
  readonly maxPackageBytes?: number | undefined
  /** Link that degraded answers carry. */
  readonly documentationUrl?: string | undefined
  /** Allow `http:` to a host that is not this machine. Default false. */
  readonly allowInsecure?: boolean | undefined
  /** Told whenever a failure becomes an empty answer, for the host's log. */
  readonly onDegraded?: ((error: MothershipError) => void) | undefined
  /** The `fetch` to use. Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** The environment to read. Default: `process.env` where there is one. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** The time, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined
  /** A number from 0 to 1, for the jitter of retries. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** A copy of a mothership. The mothership's own credentials are never sent to it. */
export interface MirrorOptions {
  readonly url: string
  readonly token?: string | undefined
  readonly apiKey?: string | undefined
}

/** Credentials by the header that carries them. */
export interface Credentials {
  readonly token: string | undefined
  readonly apiKey: string | undefined
  readonly accessToken: string | undefined
}

/** Settings with every default filled in. */
export interface MothershipConfig extends Address {
  readonly credentials: Credentials
  readonly refreshAccessToken: ((signal: AbortSignal) => Promise<string | undefined>) | undefined
  readonly enabled: boolean
  readonly requireToken: boolean
  readonly strict: boolean
  readonly timeoutMs: number
  readonly retries: number
  readonly breakerFailures: number
  readonly breakerPauseMs: number
  readonly cacheTtlMs: number
  readonly cacheBytes: number
  readonly cache: CacheStore | undefined
  readonly id: string | undefined
  readonly mirrors: readonly Mirror[]
  readonly idleTimeoutMs: number
  readonly maxPackageBytes: number
  readonly documentationUrl: string
  readonly onDegraded: ((error: MothershipError) => void) | undefined
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  readonly random: () => number
}

/** A mirror as it is used. */
export interface Mirror extends Address {
  readonly credentials: Credentials
}

/** Verdict over a configuration. */
export interface ConfigVerdict {
  readonly status: 'ok' | 'warning' | 'error'
  readonly message?: string
}

/** Shortest credible token: shorter ones are mistakes of copying. */
const minTokenLength = 20

/** Fills in what the options leave open. Never throws: a faulty address is told by `problem`. */
export function readConfig(options: MothershipOptions): MothershipConfig {
  const env = options.env ?? processEnv()
  const address = readAddress(
    options.url ?? env['MOTHERSHIP_URL'] ?? env['ATOM_SAAS_API_URL'],
    options.allowInsecure ?? false,
  )
  return {
    ...address,
    credentials: {
      token: (options.token ?? env['MOTHERSHIP_TOKEN'] ?? env['ATOM_SAAS_API_TOKEN']) || undefined,
      apiKey: (options.apiKey ?? env['MOTHERSHIP_API_KEY']) || undefined,
      accessToken: options.accessToken || undefined,
    },
    enabled:
      options.enabled ?? isOn(env['MOTHERSHIP_ENABLED'] ?? env['MARKETPLACE_ENABLED'] ?? 'true'),
    requireToken: options.requireToken ?? false,
    strict: options.strict ?? false,
    refreshAccessToken: options.refreshAccessToken,
    timeoutMs: options.timeoutMs ?? 30_000,
    retries: options.retries ?? 2,
    breakerFailures: options.breakerFailures ?? 5,
    breakerPauseMs: options.breakerPauseMs ?? 30_000,
    cacheTtlMs: options.cacheTtlMs ?? 300_000,
    cacheBytes: options.cacheBytes ?? 8_388_608,
    cache: options.cache,
    id: options.id,
    mirrors: (options.mirrors ?? []).map(({ url, token, apiKey }) => ({
      ...readAddress(url, options.allowInsecure ?? false),
      credentials: { token, apiKey, accessToken: undefined },
    })),
    idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
    maxPackageBytes: options.maxPackageBytes ?? 52_428_800,
    documentationUrl:
      options.documentationUrl ?? 'https://www.npmjs.com/package/@mothership/client#readme',
    onDegraded: options.onDegraded,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
  }
}

/** Judges a configuration: disabled is fine, no credential is a warning, a short token or no address an error. */
export function validateConfig(config: MothershipConfig): ConfigVerdict {
  if (!config.enabled) return { status: 'ok' }
  if (config.base === undefined) return { status: 'error', message: config.problem ?? '' }
  const mirror = config.mirrors.find(({ base }) => base === undefined)
  if (mirror !== undefined) {
    return { status: 'error', message: `A mirror cannot be used. ${mirror.problem}` }
  }
  if (config.mirrors.length > 0 && config.id === undefined) {
    return {
      status: 'error',
      message: 'There are mirrors but no `id` to know them by: set `id` to what health() tells.',
    }
  }
  const { token } = config.credentials
  if (token !== undefined && token.length < minTokenLength) {
    return {
      status: 'error',
      message: `The token has ${token.length} characters, fewer than ${minTokenLength}: copy it again, whole.`,
    }
  }
  if (!hasCredential(config.credentials)) {
    return {
      status: 'warning',
      message: 'There is no token: browsing is anonymous. Set MOTHERSHIP_TOKEN to be known.',
    }
  }
  return { status: 'ok' }
}

/** Answers whether any credential is there. */
export function hasCredential(credentials: Credentials): boolean {
  return Object.values(credentials).some((value) => value !== undefined)
}

function processEnv(): Readonly<Record<string, string | undefined>> {
  return typeof process === 'undefined' ? {} : process.env
}

function isOn(text: string): boolean {
  return ['true', '1', 'yes', 'on'].includes(text.trim().toLowerCase())
}
