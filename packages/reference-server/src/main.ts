#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import type { RunningServer } from './compose.ts'
import { readConfig, type ServerConfig } from './config/config.ts'
import { ConfigError, ServerError } from './errors.ts'
import { packageVersion } from './package-version.ts'
import type { Logger } from './ports/logger.ts'

const help = `mothership: a marketplace for agent skills, plugins and their kin

  mothership [serve] [options]

  --import PATH     import a Claude marketplace (directory or .tar.gz), once
  --host ADDRESS    address to listen on (HOST, default 127.0.0.1)
  --port NUMBER     port to listen on, 0 for any (PORT, default 8787)
  --data-dir PATH   where everything is kept (MOTHERSHIP_DATA_DIR, default .mothership)
  --stop-with-parent  stop when the process that started this one is gone
  --help            this text
  --version         the version

Environment
  DATABASE_URL        use this PostgreSQL (15 or newer) instead of the embedded one
  MOTHERSHIP_ENGINE   "pglite" to run where the embedded PostgreSQL has no binary
  MOTHERSHIP_PUBLIC_URL       origin that people reach the server at, for links in mail
  MOTHERSHIP_TRUSTED_PROXIES  how many proxies of yours stand before it (default 0)
  MOTHERSHIP_RATE_LIMIT       requests a minute of one credential or address (default 6000, 0: any)
  LOG_LEVEL           fatal, error, warn, info (default), debug, trace or silent
  REDIS_URL           accepted, not used yet
  S3_*                reserved: the server does not start while one is set
`

async function main(): Promise<void> {
  try {
    const command = readCommand(process.argv.slice(2))
    if (command.action === 'serve') await serve(command)
    else if (command.action === 'help') process.stdout.write(help)
    else process.stdout.write(`${await packageVersion()}\n`)
  } catch (error) {
    process.stderr.write(`mothership: ${explain(error)}\n`)
    process.exit(error instanceof ConfigError ? 2 : 1)
  }
}

interface ServeCommand {
  readonly action: 'serve'
  readonly config: ServerConfig
  readonly importFrom: string | undefined
  readonly stopWithParent: boolean
}

type Command = ServeCommand | { readonly action: 'help' | 'version' }

function readCommand(args: string[]): Command {
  const { values, positionals } = parse(args)
  if (values.help === true) return { action: 'help' }
  if (values.version === true) return { action: 'version' }
  const problems: string[] = []
  const [name = 'serve', ...rest] = positionals
  if (name !== 'serve') problems.push(`there is no command "${name}": the one there is, is serve`)
  if (rest.length > 0) problems.push(`serve takes no further words, "${rest.join(' ')}" came`)
  if (values.import !== undefined && !existsSync(values.import)) {
    problems.push(`--import: there is no directory or archive at ${values.import}`)
  }
  try {
    const flags = { host: values.host, port: values.port, dataDirectory: values['data-dir'] }
    const config = readConfig(process.env, flags)
    if (problems.length > 0) throw new ConfigError(problems)
    return {
      action: 'serve',
      config,
      importFrom: values.import,
      stopWithParent: values['stop-with-parent'] ?? false,
    }
  } catch (error) {
    if (!(error instanceof ConfigError) || error.problems === problems) throw error
    throw new ConfigError([...problems, ...error.problems])
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        import: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        'data-dir': { type: 'string' },
        'stop-with-parent': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    })
  } catch (error) {
    throw new ConfigError([
      `${error instanceof Error ? error.message : String(error)} (see --help)`,
    ])
  }
}

async function serve({ config, importFrom, stopWithParent }: ServeCommand): Promise<void> {
  // Only serving needs them: everything else answers at once.
  const { createPinoLogger } = await import('./adapters/pino-logger.ts')
  const log = createPinoLogger({ level: config.logLevel, pretty: process.stdout.isTTY })
  // Whoever read along may go away first; that is no reason to fail.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  if (config.redisUrl !== undefined) {
    log.warn('REDIS_URL is set and not used by this version: caches and limits are kept in memory')
  }
  const started = performance.now()
  let server: RunningServer | undefined
  const stopping = stopSignal(stopWithParent, () => server?.abandon())
  const { startServer } = await import('./compose.ts')
  // Told to stop while starting: the start is finished, then undone, so that nothing is left behind.
  server = await startServer({ ...config, importFrom, log })
  const running = server
  log.info(
    {
      url: running.url,
      engine: config.database.engine,
      data_directory: running.dataDirectory,
      ms: Math.round(performance.now() - started),
    },
    'listening',
  )
  let stopped = false
  void running.imported
    .catch((error: unknown) => {
      if (!stopped) log.error({ err: error }, 'the import failed; the server runs on')
    })
    .then(() => {
      if (!stopped) welcome(running)
    })
  const reason = await stopping
  stopped = true
  await shutDown(running, reason, log)
  process.exit(reason.error === undefined ? 0 : 1)
}

/** Why the server is to stop. */
interface StopReason {
  readonly signal: string
  /** What nobody caught. */
  readonly error?: unknown
}

/** A terminal's Ctrl-C reaches every process of the job, and those that started us hand it on: together they count as one. */
const sameSignalMs = 1_000

/** Resolves with the first reason to stop. A person who presses Ctrl-C again no longer waits for anything. */
function stopSignal(stopWithParent: boolean, abandon: () => void): Promise<StopReason> {
  return new Promise((resolve) => {
    let toldAt: number | undefined
    const stop = (signal: NodeJS.Signals): void => {
      toldAt ??= performance.now()
      if (signal === 'SIGINT' && performance.now() - toldAt > sameSignalMs) {
        process.stderr.write('mothership: told twice, stopping at once\n')
        abandon()
        process.exit(130)
      }
      resolve({ signal })
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
    process.on('uncaughtException', (error) => resolve({ signal: 'a failure', error }))
    if (stopWithParent) {
      const parent = process.ppid
      setInterval(() => {
        if (process.ppid !== parent) stop('SIGTERM')
      }, 500).unref()
    }
  })
}

async function shutDown(server: RunningServer, reason: StopReason, log: Logger): Promise<void> {
  const started = performance.now()
  if (reason.error !== undefined) log.error({ err: reason.error }, 'nobody caught this error')
  log.info({ signal: reason.signal }, 'stopping: requests under way are finished')
  await server.close()
  log.info({ ms: Math.round(performance.now() - started) }, 'stopped')
}

function welcome(server: RunningServer): void {
  const nearby = relative(process.cwd(), server.operatorKeyFile)
  const key = nearby.startsWith('..') ? server.operatorKeyFile : nearby
  const setup =
    server.setupCode === undefined
      ? ''
      : `\n  The first admin is made once, with the code ${server.setupCode} (POST /api/v1/setup).`
  process.stderr.write(`
  Mothership is running at ${server.url}

    1. Browse       ${server.url}/
    2. Read the API ${server.url}/docs
    3. Ask it       curl '${server.url}/api/v1/marketplace/plugins/items?limit=3'

  The operator's key is in ${key}. Ctrl-C stops the server; the data stays.${setup}

`)
}

function explain(error: unknown): string {
  if (error instanceof ServerError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

// Last, so that every constant above has its value.
await main()
