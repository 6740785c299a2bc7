import { kinds, pluralOfKind } from '@mothership/manifest'

/** A path that one of the sources printed, and what answers there. */
export interface SourcePath {
  readonly method: 'GET' | 'POST'
  /** With parameters in braces, as in the contract. */
  readonly path: string
  /** The path of the contract it stands for, with the same parameters. */
  readonly to: string
  /** Method there, when it is another one. */
  readonly as?: 'PUT'
  /**
   * `redirect`: 301, 308 for what carries a body. `same`: the very answer. `list`: a page of items under the name of
   * their kind. `queue`: submissions with `moderation_status`, where approved is `published`. `no_content`: 204.
   */
  readonly answer: 'redirect' | 'same' | 'list' | 'queue' | 'no_content'
}

const base = '/api/v1/marketplace'
const queue = '/api/v1/admin/moderation/queue'
const plurals = kinds.map(pluralOfKind)

/**
 * Every path of the sources for catalogue and moderation that the contract itself does not have. `/{kind}` is a list of
 * its own shape, deeper paths lead to the contract's, and what no redirect can do is done here.
 */
export const sourcePaths: readonly SourcePath[] = [
  // Before what would take its second segment for a slug.
  {
    method: 'GET',
    path: `${base}/components/components`,
    to: `${base}/components/items`,
    answer: 'list',
  },
  ...plurals.flatMap((kind): SourcePath[] => {
    const item = `${base}/${kind}/items/{slug}`
    return [
      { method: 'GET', path: `${base}/${kind}`, to: `${base}/${kind}/items`, answer: 'list' },
      { method: 'GET', path: `${base}/${kind}/{slug}`, to: item, answer: 'redirect' },
      ...['content', 'versions', 'reviews'].map((part): SourcePath => {
        const path = `${base}/${kind}/{slug}/${part}`
        return { method: 'GET', path, to: `${item}/${part}`, answer: 'redirect' }
      }),
      ...['install', 'uninstall'].map((part): SourcePath => {
        const path = `${base}/${kind}/{slug}/${part}`
        return { method: 'POST', path, to: `${item}/${part}`, answer: 'redirect' }
      }),
      // A redirect keeps POST, and rating is a PUT.
      {
        method: 'POST',
        path: `${base}/${kind}/{slug}/rate`,
        to: `${item}/rating`,
        as: 'PUT',
        answer: 'same',
      },
      {
        method: 'POST',
        path: `${base}/${kind}/items`,
        to: '/api/v1/submissions',
        answer: 'same',
      },
      // Without a version in front, as two of the sources print them.
      { method: 'GET', path: `/marketplace/${kind}`, to: `${base}/${kind}`, answer: 'redirect' },
      { method: 'GET', path: `/marketplace/${kind}/{slug}`, to: item, answer: 'redirect' },
      {
        method: 'GET',
        path: `/marketplace/${kind}/{slug}/content`,
        to: `${item}/content`,
        answer: 'redirect',
      },
      {
        method: 'POST',
        path: `/marketplace/${kind}/{slug}/install`,
        to: `${item}/install`,
        answer: 'redirect',
      },
      {
        method: 'POST',
        path: `/marketplace/${kind}/{slug}/rate`,
        to: `${item}/rating`,
        as: 'PUT',
        answer: 'same',
      },
    ]
  }),
  { method: 'GET', path: '/marketplace/categories', to: `${base}/categories`, answer: 'redirect' },
  { method: 'GET', path: '/api/marketplace/health', to: `${base}/health`, answer: 'redirect' },
  { method: 'GET', path: '/api/marketplace/domains', to: `${base}/domains`, answer: 'redirect' },
  {
    method: 'GET',
    path: '/api/marketplace/components',
    to: `${base}/components`,
    answer: 'redirect',
  },
  { method: 'GET', path: '/cp/api/v1/admin/marketplace/queue', to: queue, answer: 'queue' },
  ...['approve', 'reject', 'flag'].map((decision): SourcePath => {
    const path = `/cp/api/v1/admin/marketplace/queue/{id}/${decision}`
    return { method: 'POST', path, to: `${queue}/{id}/${decision}`, answer: 'no_content' }
  }),
]
