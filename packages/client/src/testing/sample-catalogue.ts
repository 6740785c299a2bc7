import { type Kind, kinds } from '@mothership/manifest'
import type { ItemSummary } from '../contract/index.ts'

/** Words of a kind that read like items people publish. */
const subjects = ['review', 'deploy', 'invoice', 'translation', 'weather', 'sales', 'incident']
const actions = ['Assistant', 'Checker', 'Planner', 'Monitor', 'Builder', 'Explorer']
const publishers = ['acme', 'globex', 'initech', 'umbrella', 'hooli']
const topics = ['development', 'operations', 'finance', 'writing', 'design']
const words = ['fast', 'offline', 'team', 'beginner', 'audit', 'daily', 'report']
const licenses = ['MIT', 'Apache-2.0', 'BSD-3-Clause', null]
const yearMs = 31_536_000_000

/** A random number generator with a seed, from 0 to 1 (mulberry32). */
export type Random = () => number

/** Makes a {@link Random}. */
export function createRandom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Items of every kind, the same for the same seed; slugs are unique. */
export function createSampleCatalogue(seed: number, itemsPerKind: number): ItemSummary[] {
  const random = createRandom(seed)
  return kinds.flatMap((kind) =>
    Array.from({ length: itemsPerKind }, (_, number) => createItem(kind, number, random)),
  )
}

/** One of a list. */
function pick<Value>(random: Random, values: readonly Value[]): Value {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new RangeError('nothing to pick from')
  return value
}

function createItem(kind: Kind, number: number, random: Random): ItemSummary {
  const subject = pick(random, subjects)
  const action = pick(random, actions)
  const author = pick(random, publishers)
  const license = pick(random, licenses)
  const popularity = Math.floor(random() ** 3 * 50_000) // few are much used
  const ratings = Math.floor(popularity / 50)
  const published = Date.UTC(2025, 0, 1) + Math.floor(random() * yearMs)
  const isPlugin = kind === 'plugin'
  return {
    kind,
    slug: `${author}.${subject}-${action.toLowerCase()}-${number + 1}`,
    name: `${subject.charAt(0).toUpperCase()}${subject.slice(1)} ${action}`,
    description: `${action} for ${subject}, made for a ${pick(random, words)} ${kind}.`,
    version: `${1 + Math.floor(random() * 3)}.${Math.floor(random() * 10)}.${Math.floor(random() * 10)}`,
    author_id: author,
    license,
    license_type: license === null ? 'unspecified' : 'open_source',
    category: pick(random, topics),
    tags: [...new Set([subject, pick(random, words), pick(random, words)])],
    token_estimate: 100 + Math.floor(random() * 4000),
    recommended_models: [],
    is_public: true,
    is_approved: true,
    is_featured: random() < 0.1,
    price: random() < 0.2 ? 100 * (1 + Math.floor(random() * 49)) : 0,
    currency: 'usd',
    install_count: popularity,
    download_count: popularity * 2,
    view_count: popularity * 7,
    rating_average: ratings === 0 ? null : Math.round((3 + random() * 2) * 10) / 10,
    rating_count: ratings,
    skills_count: isPlugin ? 1 + Math.floor(random() * 5) : 0,
    commands_count: isPlugin ? Math.floor(random() * 8) : 0,
    agents_count: isPlugin ? Math.floor(random() * 3) : 0,
    hooks_count: isPlugin ? Math.floor(random() * 2) : 0,
    mcp_servers_count: isPlugin ? Math.floor(random() * 2) : 0,
    source: null,
    published_at: new Date(published).toISOString(),
    updated_at: new Date(published + Math.floor(random() * yearMs)).toISOString(),
  }
}
