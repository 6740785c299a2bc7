export { cacheStoreCases, type CacheStoreSubject } from './cache-store-cases.ts'
export { contentSourceCases, type ContentSourceSubject } from './content-source-cases.ts'
export type { ConformanceCase } from './conformance-case.ts'
