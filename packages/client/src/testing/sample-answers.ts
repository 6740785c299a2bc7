import { kindOfPlural, kinds, pluralOfKind } from '@mothership/manifest'
import {
  type AnyOperation,
  type ItemDetail,
  type ItemListQuery,
  type ItemSummary,
  type OperationId,
  problems,
  type ProblemCode,
  releaseSummarySchema,
  type UsageReport,
} from '../contract/index.ts'
import { createSampleRelease, type SampleRelease } from './sample-release.ts'
import { sampleOf } from './sample-value.ts'

/** What came with a request, checked against the contract. */
export interface SampleRequest {
  readonly operation: AnyOperation
  readonly params: Readonly<Record<string, string>>
  readonly query: unknown
  readonly body: unknown
}

/** A refusal, to be answered as a problem document. */
export class SampleProblem extends Error {
  override readonly name = 'SampleProblem'
  readonly code: ProblemCode

  constructor(code: ProblemCode, detail: string = problems[code].title) {
    super(detail)
    this.code = code
  }
}

/** A mothership in memory. */
export interface SampleMothership {
  readonly items: readonly ItemSummary[]
  /** The JSON answer of an operation, of its first declared status. */
  answer(request: SampleRequest): Promise<unknown>
  /** The package that a download's parameters name. */
  release(params: Readonly<Record<string, string>>): Promise<SampleRelease>
}

type Resolver = (request: SampleRequest) => unknown

/** Makes it. Operations without an answer of their own get one made from their schema, so new ones are answered at once. */
export function createSampleMothership(items: readonly ItemSummary[]): SampleMothership {
  const released = new Map<string, Promise<SampleRelease>>()
  const windows = new Set<string>()

  const find = (params: Readonly<Record<string, string>>): ItemSummary => {
    const { category = '', slug, version } = params
    const kind = kindOfPlural(category)
    const item = items.find((one) => one.kind === kind && one.slug === slug)
    if (item === undefined || (version !== undefined && version !== item.version)) {
      throw new SampleProblem('not_found', `There is no ${slug} among the ${category}.`)
    }
    return item
  }

  const release = async (params: Readonly<Record<string, string>>) => {
    const item = find(params)
    const name = `${item.kind}:${item.slug}`
    const known = released.get(name) ?? createSampleRelease(item)
    released.set(name, known)
    return known
  }

  const resolvers: Partial<Record<OperationId, Resolver>> = {
    health: () => ({
      status: 'ok',
      mothership_id: 'sample-mothership',
      version: '1.0.0',
      time: '2026-01-31T12:00:00Z',
      checks: { database: 'ok' },
    }),
    'categories.list': () => ({
      categories: kinds.map((kind) => ({
        id: pluralOfKind(kind),
        kind,
        name: pluralOfKind(kind).replace(/^./, (letter) => letter.toUpperCase()),
        description: `All ${pluralOfKind(kind)}.`,
        icon: 'box',
        item_count: items.filter((item) => item.kind === kind).length,
      })),
    }),
    'items.list': ({ params, query }) =>
      listItems(items, kindOfPlural(params['category'] ?? ''), query as ItemListQuery), // checked
    'items.get': async ({ params }) => detailOf(find(params), await release(params)),
    'items.versions': async ({ params }) => {
      const { release: newest } = await release(params)
      return { versions: [releaseSummarySchema.parse(newest)] }
    },
    'items.release': async ({ params }) => (await release(params)).release,
    'usage.report': ({ body }) => {
      const { instance_id, window_id, events } = body as UsageReport // checked
      const name = `${instance_id} ${window_id}`
      if (windows.has(name)) return { accepted: 0 }
      windows.add(name)
      return { accepted: events.length }
    },
  }

  return {
    items,
    release,
    answer: async (request) => {
      const { operation } = request
      const resolver = resolvers[operation.id as OperationId] // requests are of operations of the registry
      if (resolver !== undefined) return resolver(request)
      const [declared] = Object.values(operation.answers)
      if (declared?.type !== 'json') throw new TypeError(`${operation.id} answers no JSON`)
      return sampleOf(declared.schema)
    },
  }
}

function listItems(
  items: readonly ItemSummary[],
  kind: ItemSummary['kind'] | undefined,
  query: ItemListQuery,
): unknown {
  const { search = '', category, tags = [], sort, page, limit } = query
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = items.filter((item) => {
    const text = `${item.name} ${item.description} ${item.slug}`.toLowerCase()
    return (
      item.kind === kind &&
      words.every((word) => text.includes(word)) &&
      (category === undefined || item.category === category) &&
      tags.every((tag) => item.tags.includes(tag))
    )
  })
  found.sort((a, b) => {
    if (sort === 'name') return a.name < b.name ? -1 : 1
    if (sort === 'newest') return a.published_at > b.published_at ? -1 : 1
    return b.install_count - a.install_count
  })
  const first = (page - 1) * limit
  return { items: found.slice(first, first + limit), total: found.length, page, page_size: limit }
}

function detailOf(item: ItemSummary, { release }: SampleRelease): ItemDetail {
  return {
    ...item,
    long_description: `${item.description} It is a sample: nothing stands behind it.`,
    use_cases: [`When ${item.tags.join(' and ')} matter.`],
    examples: [`Help me with ${item.tags[0] ?? item.name}.`],
    integration_points: [],
    terms_url: null,
    permissions: [],
    dependencies: {},
    package_sha256: release.package_sha256,
    package_size: release.package_size,
    tree_sha256: release.tree_sha256,
    listing_url: release.listing_url,
  }
}
