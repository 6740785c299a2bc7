import type { KeyRecord, TreeFile } from '@mothership/manifest'
import type { ItemDetail, ItemSummary, Release, Submission } from '@mothership/client/contract'

const digest = 'ab'.repeat(32)
const time = '2026-01-31T12:00:00Z'

/** An item as a mothership lists it. */
export const summary: ItemSummary = {
  kind: 'skill',
  slug: 'tools.sorter',
  name: 'Sorter',
  description: 'Sorts what there is to sort.',
  version: '1.2.0',
  author_id: 'ada',
  license: 'MIT',
  license_type: 'open_source',
  category: 'development',
  tags: ['sorting'],
  token_estimate: 120,
  recommended_models: [],
  is_public: true,
  is_approved: true,
  is_featured: false,
  price: 0,
  currency: 'usd',
  install_count: 3,
  download_count: 4,
  view_count: 5,
  rating_average: null,
  rating_count: 0,
  skills_count: 0,
  commands_count: 0,
  agents_count: 0,
  hooks_count: 0,
  mcp_servers_count: 0,
  source: null,
  published_at: time,
  updated_at: time,
}

/** The same item with its page. */
export const detail: ItemDetail = {
  ...summary,
  long_description: null,
  use_cases: [],
  examples: [],
  integration_points: [],
  terms_url: null,
  permissions: [{ permission: 'network', explanation: 'May reach any host.' }],
  dependencies: {},
  package_sha256: digest,
  package_size: 10,
  tree_sha256: digest,
  listing_url: '/skills/tools.sorter',
}

/** The one file of its package. */
export const file: TreeFile = { path: 'SKILL.md', sha256: digest, size: 10, executable: false }

/** Its author's key. */
export const key: KeyRecord = {
  key_id: 'k'.repeat(43),
  public_key: digest,
  author_id: 'ada',
  namespaces: ['tools'],
  valid_from: time,
}

/** Its release. */
export const release: Release = {
  kind: 'skill',
  slug: 'tools.sorter',
  version: '1.2.0',
  package_sha256: digest,
  package_size: 10,
  tree_sha256: digest,
  approved_at: time,
  status: 'active',
  status_reason: null,
  channel: 'stable',
  min_host_version: null,
  release_notes: null,
  record: null,
  author_id: 'ada',
  manifest: { kind: 'skill', order: ['b', 'a'] },
  manifest_sha256: digest,
  files: [file],
  keys: [key],
  key_id: key.key_id,
  custody: 'self',
  package_url: '/api/v1/marketplace/releases/skills/tools.sorter/1.2.0/package',
  listing_url: '/skills/tools.sorter',
}

/** Its submission. */
export const submission: Submission = {
  id: 'sub-1',
  kind: 'skill',
  slug: 'tools.sorter',
  version: '1.2.0',
  name: 'Sorter',
  author_id: 'ada',
  status: 'pending',
  revision: 1,
  scan_status: 'completed',
  channel: 'stable',
  release_notes: null,
  previous_id: null,
  key_id: key.key_id,
  manifest_sha256: digest,
  package_sha256: digest,
  package_size: 10,
  tree_sha256: digest,
  permissions: ['network'],
  findings: [],
  submitted_at: time,
  decided_at: null,
  decided_by: null,
  note: null,
}
