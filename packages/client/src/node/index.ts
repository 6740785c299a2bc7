export { createDirectoryCache, type DirectoryCacheOptions } from './directory-cache.ts'
export {
  type DownloadedFile,
  type DownloadProgress,
  downloadToFile,
  type FileDownloadOptions,
} from './download-to-file.ts'
export {
  createUsageReporter,
  type UsageFlush,
  type UsageReporter,
  type UsageReporterOptions,
} from './usage-reporter.ts'
export type { ItemUse } from './usage-window.ts'
