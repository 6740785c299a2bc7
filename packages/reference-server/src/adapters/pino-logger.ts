import { pino } from 'pino'
import type { LogLevel } from '../config/config.ts'
import type { Logger } from '../ports/logger.ts'

/** Where lines go. */
interface LogOutput {
  write(line: string): unknown
}

/** Fields that never reach a log, wherever somebody puts them. */
const secretFields = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'access_key',
  'token',
  'api_key',
]

/** Structured lines on standard output: JSON, or one short line each where a person reads along. */
export function createPinoLogger(options: {
  readonly level: LogLevel
  readonly pretty?: boolean
  readonly output?: LogOutput
}): Logger {
  const { level, pretty = false, output = process.stdout } = options
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*["x-${field}"]`]) },
    },
    pretty ? { write: (line) => output.write(prettyLine(line)) } : output,
  )
}

const colours: Readonly<Record<string, string>> = {
  error: '31',
  fatal: '31',
  warn: '33',
  debug: '2',
  trace: '2',
}

function prettyLine(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>
  const name = String(level)
  const coloured = `\u001B[${colours[name] ?? '36'}m${name.padEnd(5)}\u001B[0m`
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${shown(value)}`)
  const error =
    typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : ''
  return `${String(time).slice(11, 19)} ${coloured} ${String(msg)}\u001B[2m${rest.join('')}\u001B[0m${error}\n`
}

function shown(value: unknown): string {
  return typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value)
}
