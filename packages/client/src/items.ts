import { type Kind, pluralOfKind } from '@mothership/manifest'
import type { Call, CallOptions, Loose } from './call.ts'
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
export interface ItemPage extends ItemList {
  readonly source: 'mothership'
}

/** The page that is answered when the mothership cannot: no items, and why. */
export type EmptyItemPage<Note = Unavailable> = Note & {
  readonly items: readonly ItemSummary[]
  readonly total: 0
  readonly page: number
  readonly page_size: number
}

/** An item as the mothership answered it. */
export interface FoundItem {
  readonly source: 'mothership'
  readonly item: ItemDetail
}

/** No item: there is none (`code: 'not_found'`), or the mothership cannot answer. */
export type MissingItem<Note = Unavailable> = Note & { readonly item: null }

/** Versions as the mothership answered them, newest first. */
export interface VersionList extends ReleaseList {
  readonly source: 'mothership'
}

/** No versions, and why. */
export type EmptyVersionList<Note = Unavailable> = Note & {
  readonly versions: readonly ReleaseSummary[]
}

/** The catalogue of one kind. `Note` is what empty answers carry; `never` in strict mode, which has none. */
export interface ItemsApi<Note = Unavailable> {
  /** One page: `search`, `category` (topic), `tags` (all of them), `sort` (popular), `page` (1), `limit` (20, at most 100). */
  list(query?: Loose<ItemListQuery>, options?: CallOptions): Promise<ItemPage | EmptyItemPage<Note>>
  get(slug: string, options?: CallOptions): Promise<FoundItem | MissingItem<Note>>
  versions(slug: string, options?: CallOptions): Promise<VersionList | EmptyVersionList<Note>>
}

/** Makes the catalogue of one kind. */
export function createItems(call: Call, degrade: Degrade, kind: Kind): ItemsApi {
  const category = pluralOfKind(kind)
  return {
    list: (query = {}, options) =>
      degrade<ItemPage, EmptyItemPage>(
        async () => ({
          ...(await call('items.list', { params: { category }, query }, options)),
          source: 'mothership',
        }),
        (note) => ({
          items: [],
          total: 0,
          page: query.page ?? 1,
          page_size: query.limit ?? 20,
          ...note,
        }),
      ),
    get: (slug, options) =>
      degrade<FoundItem, MissingItem>(
        async () => ({
          source: 'mothership',
          item: await call('items.get', { params: { category, slug } }, options),
        }),
        (note) => ({ item: null, ...note }),
      ),
    versions: (slug, options) =>
      degrade<VersionList, EmptyVersionList>(
        async () => ({
          ...(await call('items.versions', { params: { category, slug } }, options)),
          source: 'mothership',
        }),
        (note) => ({ versions: [], ...note }),
      ),
  }
}
