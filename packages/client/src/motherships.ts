import { type Kind, namespaceOfSlug } from '@mothership/manifest'
import type { CallOptions, Loose } from './call.ts'
import type { ConfigVerdict, MothershipOptions } from './config.ts'
import type { ItemListQuery } from './contract/index.ts'
import type { Unavailable } from './degrade.ts'
import type { DownloadOptions, PackageRef } from './download.ts'
import { MothershipError } from './errors.ts'
import type { EmptyItemPage, ItemPage } from './items.ts'
import { createMothership, type Mothership } from './mothership.ts'
import type { ReleaseRef, ReleasesApi } from './releases.ts'

/** One of several motherships. */
export interface NamedMothership extends MothershipOptions {
  /** How this host calls it: what an install record names. Unique. */
  readonly name: string
  /**
   * Namespaces that come from this mothership and from no other, whatever others list. `*` stands for all that no
   * mothership names, the empty text for slugs without a namespace. At most one mothership has each.
   */
  readonly namespaces: readonly string[]
}

/** An item, and where an installed one came from. */
export interface RoutedRelease extends ReleaseRef {
  /** Name of the mothership that an installed item was recorded with: another one is refused. */
  readonly mothership?: string | undefined
}

/** A page of one mothership. */
export interface RoutedPage<Note = Unavailable> {
  readonly mothership: string
  /** Without the items whose namespace belongs to another mothership. */
  readonly page: ItemPage | EmptyItemPage<Note>
  /** How many items of the page were left out for that reason. */
  readonly foreign: number
}

/** Several motherships, each namespace routed to exactly one. Nothing falls back from one to another. */
export interface Motherships {
  /** By name; throws `no_route` for an unknown one. */
  get(name: string): Mothership
  /** Name of the mothership that a slug belongs to; throws `no_route` when there is none. */
  route(slug: string): string
  /** The mothership that a slug belongs to; throws `no_route` when there is none. */
  for(slug: string): Mothership
  /** One page of each mothership, in the order they were given. */
  list(
    kind: Kind,
    query?: Loose<ItemListQuery>,
    options?: CallOptions,
  ): Promise<readonly RoutedPage[]>
  /** An installer's artifact source over all of them. */
  readonly releases: {
    resolve(item: RoutedRelease, options?: CallOptions): ReturnType<ReleasesApi['resolve']>
    download(
      item: PackageRef & Pick<RoutedRelease, 'mothership'>,
      options?: DownloadOptions,
    ): AsyncIterable<Uint8Array>
  }
  /** Judges the routes, and then each configuration, without sending anything. */
  validate(): ConfigVerdict
}

/**
 * Makes clients of several motherships. Never throws: two motherships that claim one namespace are told by
 * `validate()`, and neither gets it.
 */
export function createMotherships(given: readonly NamedMothership[]): Motherships {
  const motherships = new Map<string, Mothership>()
  const owners = new Map<string, string[]>()
  const faults: string[] = []
  for (const { name, namespaces, ...options } of given) {
    if (motherships.has(name)) faults.push(`Two motherships are called ${name}: names are unique.`)
    // Addresses and credentials of the environment are for a single mothership.
    motherships.set(name, createMothership({ ...options, env: options.env ?? {} }))
    for (const namespace of new Set(namespaces)) {
      owners.set(namespace, [...(owners.get(namespace) ?? []), name])
    }
  }
  for (const [namespace, names] of owners) {
    if (names.length < 2) continue
    faults.push(
      `The namespace "${namespace}" is claimed by ${names.join(' and ')}: leave it to one.`,
    )
  }

  const get = (name: string) => {
    const mothership = motherships.get(name)
    if (mothership !== undefined) return mothership
    throw new MothershipError('no_route', `There is no mothership called ${name}.`)
  }

  const route = (slug: string) => {
    const namespace = namespaceOfSlug(slug)
    const names = owners.get(namespace) ?? owners.get('*') ?? []
    const [name] = names
    if (name !== undefined && names.length === 1) return name
    throw new MothershipError(
      'no_route',
      names.length === 0
        ? `No mothership has the namespace "${namespace}" of ${slug}: add it to the \`namespaces\` of one.`
        : `The namespace "${namespace}" of ${slug} is claimed by ${names.join(' and ')}: leave it to one.`,
    )
  }

  /** Updates come from where the item was installed from, even after the routes were changed. */
  const routeOf = (item: Pick<RoutedRelease, 'slug' | 'mothership'>) => {
    const name = route(item.slug)
    if (item.mothership === undefined || item.mothership === name) return get(name)
    throw new MothershipError(
      'wrong_mothership',
      `${item.slug} was installed from ${item.mothership}, and its namespace is now routed to ${name}. Uninstall it first if that is meant.`,
    )
  }

  const isRoutedTo = (slug: string, name: string) => {
    try {
      return route(slug) === name
    } catch {
      return false // without one owner it is nobody's
    }
  }

  return {
    get,
    route,
    for: (slug) => get(route(slug)),
    list: (kind, query, options) =>
      Promise.all(
        [...motherships].map(async ([name, mothership]) => {
          const page = await mothership.items(kind).list(query, options)
          const own = page.items.filter(({ slug }) => isRoutedTo(slug, name))
          const foreign = page.items.length - own.length
          return { mothership: name, page: { ...page, items: own } as typeof page, foreign }
        }),
      ),
    releases: {
      resolve: async ({ mothership, ...item }, options) =>
        routeOf({ mothership, slug: item.slug }).releases.resolve(item, options),
      download: ({ mothership, ...item }, options) =>
        routeOf({ mothership, slug: item.slug }).releases.download(item, options),
    },
    validate: () => {
      const [message] = faults
      if (message !== undefined) return { status: 'error', message }
      const verdicts = [...motherships].map(([name, one]) => ({ name, ...one.validate() }))
      for (const status of ['error', 'warning'] as const) {
        const found = verdicts.find((verdict) => verdict.status === status)
        if (found !== undefined) return { status, message: `${found.name}: ${found.message}` }
      }
      return { status: 'ok' }
    },
  }
}
