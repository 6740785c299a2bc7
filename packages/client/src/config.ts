import type { MothershipError } from './errors.ts'

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
  /** Default true. `MOTHERSHIP_ENABLED`, `MARKETPLACE_ENABLED`: `true`, `1`, `yes`, `on`; anything else is off. */
  readonly enabled?: boolean | undefined
  /** Browse only with a credential; without one answer empty. Default false. */
  readonly requireToken?: boolean | undefined
  /** Throw instead of answering empty. Default false. */
  readonly strict?: boolean | undefined
  /** Time for a whole call, in milliseconds; for a download, for the head of the answer. Default 30,000. */
  readonly timeoutMs?: number | undefined
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
}

/** Credentials by the header that carries them. */
export interface Credentials {
  readonly token: string | undefined
  readonly apiKey: string | undefined
  readonly accessToken: string | undefined
}

/** Settings with every default filled in. */
export interface MothershipConfig {
  /** Address that operation paths are appended to, without a slash at its end; undefined when there is none to use. */
  readonly base: string | undefined
  /** Why `base` is undefined, and what to do. */
  readonly problem: string | undefined
  readonly credentials: Credentials
  readonly enabled: boolean
  readonly requireToken: boolean
  readonly strict: boolean
  readonly timeoutMs: number
  readonly idleTimeoutMs: number
  readonly maxPackageBytes: number
  readonly documentationUrl: string
  readonly onDegraded: ((error: MothershipError) => void) | undefined
  readonly fetch: typeof globalThis.fetch
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
    timeoutMs: options.timeoutMs ?? 30_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
    maxPackageBytes: options.maxPackageBytes ?? 52_428_800,
    documentationUrl:
      options.documentationUrl ?? 'https://www.npmjs.com/package/@mothership/client#readme',
    onDegraded: options.onDegraded,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  }
}

/** Judges a configuration: disabled is fine, no credential is a warning, a short token or no address an error. */
export function validateConfig(config: MothershipConfig): ConfigVerdict {
  if (!config.enabled) return { status: 'ok' }
  if (config.base === undefined) return { status: 'error', message: config.problem ?? '' }
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

function readAddress(
  text: string | undefined,
  allowInsecure: boolean,
): Pick<MothershipConfig, 'base' | 'problem'> {
  const refuse = (problem: string) => ({ base: undefined, problem })
  if (!text) {
    return refuse('There is no address: set the option `url` or MOTHERSHIP_URL.')
  }
  if (!URL.canParse(text)) {
    return refuse('The address is no URL: it must look like https://mothership.example.')
  }
  const url = new URL(text)
  if (url.username || url.password) {
    return refuse('The address holds a user or a password: give credentials as options instead.')
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return refuse(`The address starts with ${url.protocol} where https: was expected.`)
  }
  if (url.protocol === 'http:' && !allowInsecure && !isLoopback(url.hostname)) {
    return refuse(
      `The address sends everything to ${url.hostname} unencrypted: use https:, or set \`allowInsecure\`.`,
    )
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/api\/v1(?:\/marketplace)?$/, '')
  return { base: url.origin + path, problem: undefined }
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  )
}
