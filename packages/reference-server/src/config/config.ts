import { resolve } from 'node:path'
import { z } from 'zod'
import { ConfigError } from '../errors.ts'

/** What the operator decides. Every field has a default that runs. */
export interface ServerConfig {
  /** Address to listen on; default 127.0.0.1. */
  readonly host: string
  /** Default 8787; 0 takes any free one. */
  readonly port: number
  /** Absolute; default `.mothership` in the working directory. Holds the database, the blobs, keys and the lock. */
  readonly dataDirectory: string
  readonly database: DatabaseConfig
  /** Accepted, not used yet. */
  readonly redisUrl?: string | undefined
  /** Origin under which people reach the server; default: where it listens. */
  readonly publicUrl?: string | undefined
  /** Proxies of the operator's own before the server; default 0. */
  readonly trustedProxies: number
  /** Requests a minute of one credential or address, 0 for any number; default 6000. */
  readonly requestsPerMinute: number
  readonly logLevel: LogLevel
}

/** Which engine keeps the data. */
export type DatabaseConfig =
  | { readonly engine: 'embedded' }
  | { readonly engine: 'pglite' }
  | { readonly engine: 'postgres'; readonly url: string }

/** pino's levels. */
export type LogLevel = z.infer<typeof logLevel>

/** Flags of the command line; they win over the environment. */
export interface ConfigFlags {
  readonly host?: string | undefined
  readonly port?: string | undefined
  readonly dataDirectory?: string | undefined
}

const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])

const url = (name: string, protocols: readonly string[]): z.ZodType<string> =>
  z.string().refine((text) => protocols.includes(protocolOf(text) ?? ''), {
    error: `${name} must be a URL beginning ${protocols.map((p) => `${p}//`).join(' or ')}`,
  })

function isOrigin(text: string): boolean {
  const parsed = URL.parse(text)
  return (
    parsed !== null &&
    ['http:', 'https:'].includes(parsed.protocol) &&
    parsed.origin === text.replace(/\/$/, '')
  )
}

function protocolOf(text: string): string | undefined {
  // PostgreSQL's URLs may name a user and no host (`postgres://me@/db?host=/run/postgresql`).
  return URL.parse(text.replace('@/', '@localhost/'))?.protocol
}

const environmentSchema = z.object({
  HOST: z
    .string()
    .regex(
      /^[A-Za-z0-9.:_-]+$/,
      'HOST must be a host name or an address without port, such as 127.0.0.1 or ::',
    )
    .default('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'PORT must be a number from 0 to 65535')
    .refine((text) => Number(text) <= 65_535, 'PORT must be a number from 0 to 65535')
    .default('8787'),
  MOTHERSHIP_DATA_DIR: z
    .string()
    .refine((text) => !text.includes('\0'), 'MOTHERSHIP_DATA_DIR must be a path')
    .default('.mothership'),
  DATABASE_URL: url('DATABASE_URL', ['postgres:', 'postgresql:']).optional(),
  REDIS_URL: url('REDIS_URL', ['redis:', 'rediss:', 'unix:']).optional(),
  MOTHERSHIP_ENGINE: z
    .enum(['embedded', 'pglite'], 'MOTHERSHIP_ENGINE must be "embedded" (the default) or "pglite"')
    .optional(),
  MOTHERSHIP_PUBLIC_URL: z
    .string()
    .refine((text) => isOrigin(text), {
      error:
        'MOTHERSHIP_PUBLIC_URL must be an origin without a path, such as https://market.example',
    })
    .optional(),
  MOTHERSHIP_TRUSTED_PROXIES: z
    .string()
    .regex(/^(?:\d|10)$/, 'MOTHERSHIP_TRUSTED_PROXIES must be a number from 0 to 10')
    .default('0'),
  MOTHERSHIP_RATE_LIMIT: z
    .string()
    .regex(/^\d{1,7}$/, 'MOTHERSHIP_RATE_LIMIT must be a number of requests a minute, or 0')
    .default('6000'),
  LOG_LEVEL: z
    .enum(logLevel.options, `LOG_LEVEL must be one of ${logLevel.options.join(', ')}`)
    .default('info'),
})

/**
 * Reads the configuration from the environment and the flags. An empty variable counts as unset. Values are never repeated in
 * a message: a URL may hold a password.
 *
 * @throws ConfigError with every problem at once.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  flags: ConfigFlags = {},
): ServerConfig {
  const given = Object.fromEntries(
    Object.entries({
      ...environment,
      ...definedOnly({
        HOST: flags.host,
        PORT: flags.port,
        MOTHERSHIP_DATA_DIR: flags.dataDirectory,
      }),
    }).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = environmentSchema.safeParse(given)
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => issue.message)),
    ...conflicts(given),
  ]
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  const { data } = parsed
  return {
    host: data.HOST,
    port: Number(data.PORT),
    dataDirectory: resolve(data.MOTHERSHIP_DATA_DIR),
    database:
      data.DATABASE_URL === undefined
        ? { engine: data.MOTHERSHIP_ENGINE ?? 'embedded' }
        : { engine: 'postgres', url: data.DATABASE_URL },
    redisUrl: data.REDIS_URL,
    publicUrl: data.MOTHERSHIP_PUBLIC_URL?.replace(/\/$/, ''),
    trustedProxies: Number(data.MOTHERSHIP_TRUSTED_PROXIES),
    requestsPerMinute: Number(data.MOTHERSHIP_RATE_LIMIT),
    logLevel: data.LOG_LEVEL,
  }
}

function conflicts(given: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = []
  if (given['DATABASE_URL'] !== undefined && given['MOTHERSHIP_ENGINE'] !== undefined) {
    problems.push(
      'DATABASE_URL and MOTHERSHIP_ENGINE are both set: a database server leaves no engine to choose, unset one of them',
    )
  }
  // Ignoring these would keep packages on the local disk while the operator believes them in the bucket.
  const reserved = Object.keys(given).filter((name) => name.startsWith('S3_'))
  if (reserved.length > 0) {
    problems.push(
      `${reserved.sort().join(', ')}: packages cannot be kept in S3 by this version yet, only in the data directory; unset what begins with S3_`,
    )
  }
  return problems
}

function definedOnly(
  record: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}
