import type {
  CategoryList,
  ItemList,
  ItemListQuery,
  ItemSort,
  ItemSummary,
} from '@mothership/client/contract'
import { writeQuery } from '@mothership/client/contract'
import { pluralOfKind } from '@mothership/manifest'
import { Layout } from './layout.tsx'

/** What the page shows. */
export interface BrowseProps {
  readonly categories: CategoryList['categories']
  /** The kind that is open, in the plural. */
  readonly category: string
  readonly query: ItemListQuery
  readonly list: ItemList
}

/** The gallery: a tab per kind, search, order, cards, pages. A plain form and links, so it needs no script. */
export function BrowsePage({ categories, category, query, list }: BrowseProps) {
  const open = categories.find(({ id }) => id === category)
  const name = open?.name ?? category
  return (
    <Layout title={query.search === undefined ? name : `${query.search} in ${name}`}>
      <h1>{name}</h1>
      <p class="quiet">{open?.description}</p>
      <nav aria-label="Kinds">
        <ul class="tabs">
          {categories.map(({ id, name, item_count }) => (
            <li key={id}>
              <a href={`/?kind=${id}`} aria-current={id === category ? 'page' : undefined}>
                {name} ({item_count})
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <SearchForm category={category} query={query} />
      <p class="quiet" role="status">
        {found(list, query)}
      </p>
      <ul class="cards">
        {list.items.map((item) => (
          <Card key={item.slug} item={item} />
        ))}
      </ul>
      <Pages category={category} query={query} list={list} />
    </Layout>
  )
}

const orders: readonly { readonly sort: ItemSort; readonly label: string }[] = [
  { sort: 'popular', label: 'Most used' },
  { sort: 'newest', label: 'Newest' },
  { sort: 'name', label: 'Name' },
]

function SearchForm({ category, query }: Pick<BrowseProps, 'category' | 'query'>) {
  return (
    <form class="find" method="get" action="/" role="search">
      <input type="hidden" name="kind" value={category} />
      {query.category === undefined ? null : (
        <input type="hidden" name="category" value={query.category} />
      )}
      {(query.tags ?? []).map((tag) => (
        <input key={tag} type="hidden" name="tags" value={tag} />
      ))}
      <label>
        Search
        <input type="search" name="search" maxlength={200} value={query.search ?? ''} />
      </label>
      <label>
        Order
        <select name="sort">
          {orders.map(({ sort, label }) => (
            <option key={sort} value={sort} selected={sort === query.sort}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Show</button>
    </form>
  )
}

function found({ total, items, page, page_size }: ItemList, query: ItemListQuery): string {
  const narrowed = [
    ...(query.search === undefined ? [] : [`“${query.search}”`]),
    ...(query.category === undefined ? [] : [`topic ${query.category}`]),
    ...(query.tags ?? []).map((tag) => `tag ${tag}`),
  ]
  const what = narrowed.length === 0 ? '' : ` for ${narrowed.join(', ')}`
  if (total === 0) return `Nothing here${what} yet.`
  if (items.length === 0) return `There is no page ${page}: ${total} items${what}.`
  const first = (page - 1) * page_size + 1
  return `${first}–${first + items.length - 1} of ${total}${what}`
}

function Card({ item }: { readonly item: ItemSummary }) {
  const plural = pluralOfKind(item.kind)
  return (
    <li class="card">
      <h2>
        <a href={`/items/${plural}/${item.slug}`}>{item.name}</a>
      </h2>
      <p>{item.description}</p>
      <ul class="tags" aria-label="Tags">
        {item.tags.slice(0, 5).map((tag) => (
          <li key={tag}>{tag}</li>
        ))}
      </ul>
      <span class="facts">{factsOf(item).join(' · ')}</span>
    </li>
  )
}

/** One line of what a card says in numbers. */
export function factsOf(item: ItemSummary): string[] {
  const counted: [number, string, string][] = [
    [item.skills_count, 'skill', 'skills'],
    [item.commands_count, 'command', 'commands'],
    [item.agents_count, 'agent', 'agents'],
    [item.hooks_count, 'hook', 'hooks'],
    [item.mcp_servers_count, 'MCP server', 'MCP servers'],
    [item.download_count, 'download', 'downloads'],
  ]
  return [
    `v${item.version}`,
    ...counted
      .filter(([count]) => count > 0)
      .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`),
    ...(item.token_estimate === null ? [] : [`about ${item.token_estimate} tokens`]),
  ]
}

function Pages({ category, query, list }: Pick<BrowseProps, 'category' | 'query' | 'list'>) {
  const last = Math.max(1, Math.ceil(list.total / list.page_size))
  if (last === 1) return null
  const to = (page: number): string =>
    `/?${writeQuery({ kind: category, ...query, page }).toString()}`
  return (
    <nav class="pages" aria-label="Pages">
      {list.page > 1 ? (
        <a href={to(Math.min(list.page - 1, last))} rel="prev">
          Previous
        </a>
      ) : null}
      <span>
        Page {list.page} of {last}
      </span>
      {list.page < last ? (
        <a href={to(list.page + 1)} rel="next">
          Next
        </a>
      ) : null}
    </nav>
  )
}
