export type { Provenance } from './answer-cache.ts'
export type { CachedAnswer, CacheStore } from './cache-store.ts'
export {
  type Call,
  type CallInput,
  type CallOptions,
  type FileInput,
  type JsonOperationId,
} from './call.ts'
export { type ConfigVerdict, type MirrorOptions, type MothershipOptions } from './config.ts'
export { type Unavailable } from './degrade.ts'
export {
  type Download,
  type DownloadedPart,
  type DownloadOptions,
  type PackageRef,
} from './download.ts'
export type { BreakerState, EventListener, MothershipEvent } from './events.ts'
export { MothershipError, type MothershipErrorCode, type MothershipErrorDetails } from './errors.ts'
export {
  type EmptyItemPage,
  type EmptyVersionList,
  type FoundItem,
  type ItemPage,
  type ItemsApi,
  type MissingItem,
  type VersionList,
} from './items.ts'
export {
  createMotherships,
  type Motherships,
  type NamedMothership,
  type RoutedPage,
  type RoutedRelease,
} from './motherships.ts'
export { createMothership, type HealthAnswer, type Mothership } from './mothership.ts'
export type { ExpectedPackage, PackageHead } from './package-head.ts'
export { proveKey } from './prove-key.ts'
export { type ReleaseRef, type ReleasesApi } from './releases.ts'
export type { SourceCalls } from './source-calls.ts'
export {
  type AcceptedSubmission,
  type FailedSubmission,
  type SubmissionInput,
  type SubmissionsApi,
} from './submissions.ts'
