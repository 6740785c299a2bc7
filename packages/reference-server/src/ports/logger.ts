/** One call per level, fields first, as pino takes them. Never hand it a secret or a whole payload. */
export interface LogMethod {
  (fields: Readonly<Record<string, unknown>>, message: string): void
  (message: string): void
}

/** Structured log lines. */
export interface Logger {
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
  /** A logger whose lines all carry these fields. */
  child(fields: Readonly<Record<string, unknown>>): Logger
}

const silent: LogMethod = () => undefined

/** Says nothing; the default of everything that may be used without a log. */
export const silentLogger: Logger = {
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  child: () => silentLogger,
}
