export { startServer, type RunningServer, type StartOptions } from './compose.ts'
export {
  readConfig,
  type ConfigFlags,
  type DatabaseConfig,
  type LogLevel,
  type ServerConfig,
} from './config/config.ts'
export { ConfigError, ServerError, type ServerErrorCode } from './errors.ts'
export type { Clock } from './ports/clock.ts'
export type { ImportSummary } from './ports/import-summary.ts'
export type { Logger, LogMethod } from './ports/logger.ts'
