import { tmpdir } from 'node:os'
import type { Deps } from '../ports/deps.ts'
import { type AccountService, createAccounts } from './accounts/service.ts'
import { type AuditService, createAudit } from './audit/service.ts'
import { type ContentService, createContent } from './catalog/content.ts'
import { type Counts, createCounts } from './catalog/counts.ts'
import { type CatalogService, createCatalog } from './catalog/service.ts'
import { type CategoryService, createCategories } from './categories/service.ts'
import { createCredentials, type CredentialService } from './credentials/service.ts'
import { createDownloads, type DownloadService } from './downloads/service.ts'
import { createHealth, type HealthService } from './health/service.ts'
import { createModeration, type ModerationService } from './moderation/service.ts'
import { createPublishers, type PublisherService } from './publishers/service.ts'
import { createReleaseRecords } from './releases/records.ts'
import { createRevocations } from './releases/revocations.ts'
import { createReleases, type ReleaseService } from './releases/service.ts'
import { createReviews, type ReviewService } from './reviews/service.ts'
import { createRuleScanner } from './submissions/scan/rule-scanner.ts'
import type { Scanner } from './submissions/scan/scanner.ts'
import { createSubmissions, type SubmissionService } from './submissions/service.ts'
import { createSync, type SyncService } from './sync/service.ts'
import { createTokens, type TokenService } from './tokens/service.ts'
import { createUsage, type UsageService } from './usage/service.ts'

/** Everything the server can do, whoever asks: HTTP, the command line, a job. */
export interface Services {
  readonly accounts: AccountService
  readonly audit: AuditService
  readonly catalog: CatalogService
  readonly categories: CategoryService
  readonly content: ContentService
  readonly counts: Counts
  readonly credentials: CredentialService
  readonly downloads: DownloadService
  readonly health: HealthService
  readonly moderation: ModerationService
  readonly publishers: PublisherService
  readonly releases: ReleaseService
  readonly reviews: ReviewService
  readonly submissions: SubmissionService
  readonly sync: SyncService
  readonly tokens: TokenService
  readonly usage: UsageService
}

/** What features may be told beside what they stand on. */
export interface ServiceOptions {
  /** Folder for files that live as long as a request or an import. Default: the system's temporary folder. */
  readonly stagingDirectory?: string | undefined
  /** Origin under which people reach this server, without a slash at the end. Default: links are relative. */
  readonly publicUrl?: string | undefined
  /** Looks through submissions. Default: the rules that come with the server. */
  readonly scanner?: Scanner | undefined
}

/** Makes all features. Nothing is read or written until one is called. */
export function createServices(deps: Deps, options: ServiceOptions = {}): Services {
  const { stagingDirectory = tmpdir(), publicUrl } = options
  const audit = createAudit(deps.clock)
  const credentials = createCredentials(deps, audit)
  const publishers = createPublishers(deps, audit, credentials)
  const counts = createCounts(deps)
  const records = createReleaseRecords(deps)
  const catalog = createCatalog(deps, publishers, records, counts, publicUrl)
  const { scanner = createRuleScanner() } = options
  const submissions = createSubmissions(deps, audit, publishers, scanner)
  const revocations = createRevocations(deps, records)
  const moderation = createModeration(deps, { publishers, catalog, submissions, scanner })
  return {
    accounts: createAccounts(deps, audit),
    audit,
    catalog,
    categories: createCategories(deps),
    content: createContent(deps, catalog),
    counts,
    credentials,
    downloads: createDownloads(deps, catalog, counts),
    health: createHealth(deps),
    moderation,
    publishers,
    releases: createReleases(deps, { audit, catalog, publishers, records, revocations }),
    reviews: createReviews(deps, counts),
    submissions,
    sync: createSync(deps, { publishers, submissions, moderation, stagingDirectory }),
    tokens: createTokens(deps, audit, credentials),
    usage: createUsage(deps),
  }
}
