import { type Kind, pluralOfKind } from '@mothership/manifest'
import type { Provenance } from './answer-cache.ts'
import type { Ask, CallOptions, Loose } from './call.ts'
import type {
  ItemDetail,
  ItemList,
  ItemListQuery,
  ItemSummary,
  ReleaseList,
  ReleaseSummary,
} from './contract/index.ts'
import type { Degrade, Unavailable } from './degrade.ts'

/** One page of items as the mothership answered it. */
export interface ItemPage extends ItemList, Provenance {}

/** The page that is answered when the mothership cannot: no items, and why. */
export type EmptyItemPage<Note = Unavailable> = Note & {
  readonly items: readonly ItemSummary[]
  readonly total: 0
  readonly page: number
  readonly page_size: number
}

/** An item as the mothership answered it. */
export interface FoundItem extends Provenance {
  readonly item: ItemDetail
}

/** No item: there is none (`code: 'not_found'`), or the mothership cannot answer. */
export type MissingItem<Note = Unavailable> = Note & { readonly item: null }

/** Versions as the mothership answered them, newest first. */
export interface VersionList extends ReleaseList, Provenance {}

/** No versions, and why. */
export type EmptyVersionList<Note = Unavailable> = Note & {
  readonly versions: readonly ReleaseSummary[]
}

/** The catalogue of one kind. `Note` is what empty answers carry; `never` in strict mode, which has none. */
export interface ItemsApi<Note = Unavailable> {
  /** One page: `search`, `category` (topic), `tags` (all of them), `sort` (popular), `page` (1), `limit` (20, at most 100). */
  list(query?: Loose<ItemListQuery>, options?: CallOptions): Promise<ItemPage | EmptyItemPage<Note>>
  /**
   * Every item from `page` on, 100 a request unless `limit` says otherwise, none twice. When a page cannot be had it
   * ends, and the iterator's return value says why; in strict mode it throws.
   */
  iterate(
    query?: Loose<ItemListQuery>,
    options?: CallOptions,
  ): AsyncGenerator<ItemSummary, EmptyItemPage<Note> | undefined>
  get(slug: string, options?: CallOptions): Promise<FoundItem | MissingItem<Note>>
  versions(slug: string, options?: CallOptions): Promise<VersionList | EmptyVersionList<Note>>
}

/** Makes the catalogue of one kind. */
export function createItems(ask: Ask, degrade: Degrade, kind: Kind): ItemsApi {
  const category = pluralOfKind(kind)
  const list: ItemsApi['list'] = (query = {}, options) =>
    degrade<ItemPage, EmptyItemPage>(
      async () => {
        const answer = await ask('items.list', { params: { category }, query }, options)
        return { ...(answer.body as ItemList), ...answer.provenance }
      },
      (note) => ({
        items: [],
        total: 0,
        page: query.page ?? 1,
        page_size: query.limit ?? 20,
        ...note,
      }),
    )
  return {
    list,
    iterate: async function* iterate(query = {}, options) {
      const limit = query.limit ?? 100
      let before = new Set<string>() // an item that is published meanwhile moves others to the next page
      for (let page = query.page ?? 1; ; page += 1) {
        const answer = await list({ ...query, limit, page }, options)
        if (answer.source === 'none') return answer
        const { items, total } = answer
        yield* items.filter(({ slug }) => !before.has(slug))
        if (items.length === 0 || page * limit >= total) return undefined
        before = new Set(items.map(({ slug }) => slug))
      }
    },
    get: (slug, options) =>
      degrade<FoundItem, MissingItem>(
        async () => {
          const answer = await ask('items.get', { params: { category, slug } }, options)
          return { item: answer.body as ItemDetail, ...answer.provenance }
        },
        (note) => ({ item: null, ...note }),
      ),
    versions: (slug, options) =>
      degrade<VersionList, EmptyVersionList>(
        async () => {
          const answer = await ask('items.versions', { params: { category, slug } }, options)
          return { ...(answer.body as ReleaseList), ...answer.provenance }
        },
        (note) => ({ versions: [], ...note }),
      ),
  }
}
