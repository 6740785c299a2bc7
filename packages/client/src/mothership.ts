import type { KeyRecord, Kind, Signer } from '@mothership/manifest'
import type { Provenance } from './answer-cache.ts'
import { type Call, type CallOptions, createAsk, createCall, type Loose } from './call.ts'
import {
  type ConfigVerdict,
  hasCredential,
  type MothershipOptions,
  readConfig,
  validateConfig,
} from './config.ts'
import type {
  CategoryList,
  Health,
  KeyList,
  PageQuery,
  PublisherCreated,
  PublisherCreation,
  QueueQuery,
  Submission,
  SubmissionList,
  UsageReceipt,
  UsageReport,
  UsageSummary,
} from './contract/index.ts'
import { createDegrade, type Unavailable } from './degrade.ts'
import { createDownload } from './download.ts'
import { createEndpoint } from './endpoint.ts'
import { createEvents, type EventListener } from './events.ts'
import { createItems, type ItemsApi } from './items.ts'
import { withMirrors } from './mirrors.ts'
import { proveKey } from './prove-key.ts'
import { createReleases, type ReleasesApi } from './releases.ts'
import { createSourceCalls, type SourceCalls } from './source-calls.ts'
import { createSubmissions, type SubmissionsApi } from './submissions.ts'

/** A client of one mothership. `Note` is what empty answers carry; `never` in strict mode, which has none. */
export interface Mothership<Note = Unavailable> extends SourceCalls<Note> {
  readonly apps: ItemsApi<Note>
  readonly skills: ItemsApi<Note>
  readonly widgets: ItemsApi<Note>
  readonly themes: ItemsApi<Note>
  readonly plugins: ItemsApi<Note>
  readonly agents: ItemsApi<Note>
  readonly domains: ItemsApi<Note>
  readonly components: ItemsApi<Note>
  readonly personas: ItemsApi<Note>
  /** The catalogue of a kind that is known only at run time. */
  items(kind: Kind): ItemsApi<Note>
  readonly categories: {
    list(
      options?: CallOptions,
    ): Promise<(CategoryList & Provenance) | (Note & { readonly categories: readonly [] })>
  }
  readonly releases: ReleasesApi
  readonly submissions: SubmissionsApi<Note>
  /** For operators; throws in every mode. */
  readonly moderation: {
    queue(query?: Loose<QueueQuery>, options?: CallOptions): Promise<SubmissionList>
    approve(id: string, note?: string, options?: CallOptions): Promise<Submission>
    reject(id: string, note: string, options?: CallOptions): Promise<Submission>
  }
  /** Publishers and their keys; throws in every mode. */
  readonly publishers: {
    create(publisher: PublisherCreation, options?: CallOptions): Promise<PublisherCreated>
    /** Registers the signer's key, with proof that it is held. */
    addKey(authorId: string, signer: Signer, options?: CallOptions): Promise<KeyRecord>
    keys(authorId: string, options?: CallOptions): Promise<KeyList>
  }
  readonly usage: {
    /** Sending the same window again is harmless. */
    report(
      report: UsageReport,
      options?: CallOptions,
    ): Promise<
      (UsageReceipt & { readonly source: 'mothership' }) | (Note & { readonly accepted: 0 })
    >
    /** For operators; throws in every mode. */
    summary(query?: Loose<PageQuery>, options?: CallOptions): Promise<UsageSummary>
  }
  health(options?: CallOptions): Promise<HealthAnswer<Note>>
  /** The same as `health`, by its familiar name. */
  healthCheck(options?: CallOptions): Promise<HealthAnswer<Note>>
  /** Hears everything that happens to calls, cache, circuit breaker and credentials. Answers how to stop. */
  on(name: 'event', listener: EventListener): () => void
  /** Any operation by its id; throws in every mode. */
  readonly call: Call
  /** Judges the configuration without sending anything. */
  validate(): ConfigVerdict
  /** Whether it is enabled and has an address and a credential. */
  isConfigured(): boolean
}

/** How a mothership is, or why it cannot be told. */
export type HealthAnswer<Note = Unavailable> =
  | (Health & { readonly source: 'mothership' })
  | (Note & { readonly status: 'unavailable' })

/**
 * Makes a client. Never throws and sends nothing: a faulty configuration is told by `validate()` and by every answer.
 * Browsing, health, submitting and reporting usage answer empty with a note when the mothership cannot answer;
 * with `strict: true` they throw `MothershipError` instead. A call that its signal cancels rejects in every mode.
 */
export function createMothership(
  options: MothershipOptions & { readonly strict: true },
): Mothership<never>
export function createMothership(options?: MothershipOptions): Mothership
export function createMothership(options: MothershipOptions = {}): Mothership {
  const config = readConfig(options)
  const { emit, on } = createEvents()
  const endpoint = withMirrors(createEndpoint(config, emit), config, emit)
  const ask = createAsk(config, endpoint, emit)
  const call = createCall(ask)
  const degrade = createDegrade(config, emit)
  const items = (kind: Kind) => createItems(ask, degrade, kind)
  const catalogues = {
    apps: items('app'),
    skills: items('skill'),
    widgets: items('widget'),
    themes: items('theme'),
    plugins: items('plugin'),
    agents: items('agent'),
    domains: items('domain'),
    components: items('component'),
    personas: items('persona'),
  }
  const health: Mothership['health'] = (options) =>
    degrade(
      async () => ({ ...(await call('health', {}, options)), source: 'mothership' as const }),
      (note) => ({ status: 'unavailable' as const, ...note }),
    )
  return {
    ...catalogues,
    ...createSourceCalls(catalogues),
    items,
    categories: {
      list: (options) =>
        degrade(
          async () => {
            const { body, provenance } = await ask('categories.list', {}, options)
            return { ...(body as CategoryList), ...provenance }
          },
          (note) => ({ categories: [] as const, ...note }),
        ),
    },
    releases: createReleases(config, call, createDownload(config, endpoint)),
    submissions: createSubmissions(call, degrade),
    moderation: {
      queue: (query = {}, options) => call('moderation.queue', { query }, options),
      approve: (id, note, options) =>
        call(
          'moderation.approve',
          { params: { id }, body: note === undefined ? {} : { note } },
          options,
        ),
      reject: (id, note, options) =>
        call('moderation.reject', { params: { id }, body: { note } }, options),
    },
    publishers: {
      create: (body, options) => call('publishers.create', { body }, options),
      addKey: async (authorId, signer, options) =>
        call(
          'publishers.keys.add',
          { params: { author_id: authorId }, body: await proveKey(signer, authorId) },
          options,
        ),
      keys: (authorId, options) =>
        call('publishers.keys.list', { params: { author_id: authorId } }, options),
    },
    usage: {
      report: (body, options) =>
        degrade(
          async () => ({
            ...(await call('usage.report', { body }, options)),
            source: 'mothership' as const,
          }),
          (note) => ({ accepted: 0 as const, ...note }),
        ),
      summary: (query = {}, options) => call('usage.summary', { query }, options),
    },
    health,
    healthCheck: health,
    on,
    call,
    validate: () => validateConfig(config),
    isConfigured: () =>
      config.enabled && config.base !== undefined && hasCredential(config.credentials),
  }
}
