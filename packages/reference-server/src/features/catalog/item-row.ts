import type { InferInsertModel } from 'drizzle-orm'
import type { LicenseType } from '@mothership/client/contract'
import type { Manifest } from '@mothership/manifest'
import { items } from '../../db/schema/catalog.ts'
import { clipText } from '../../text/clip-text.ts'

/** The part of an item's row that its manifest decides. */
export type ManifestColumns = Omit<
  InferInsertModel<typeof items>,
  'published_at' | 'updated_at' | 'search'
>

/**
 * What a list shows of a manifest. The manifest may say more than the contract's lists carry: texts are cut there, the
 * signed document itself never is.
 */
export function itemColumns(manifest: Manifest): ManifestColumns {
  const { metadata = {}, optimization = {} } = manifest
  const tags = [...new Set((metadata.tags ?? []).map((tag) => clipText(tag, 100)))].slice(0, 64)
  const category = metadata.category === undefined ? null : clipText(metadata.category, 100)
  return {
    kind: manifest.kind,
    slug: manifest.slug,
    name: clipText(manifest.name, 200),
    description: clipText(manifest.description, 4096),
    version: manifest.version,
    author_id: manifest.author_id,
    license: manifest.license === undefined ? null : clipText(manifest.license, 200),
    license_type: licenseType(manifest.license),
    category,
    tags,
    token_estimate:
      optimization.token_estimate === undefined
        ? null
        : Math.min(optimization.token_estimate, maxInteger),
    recommended_models: (optimization.recommended_models ?? [])
      .slice(0, 32)
      .map((model) => clipText(model, 100)),
    ...partCounts(manifest),
    source: originOf(manifest),
    search_title: `${manifest.name} ${manifest.slug.replaceAll(/[.-]/g, ' ')}`.toLowerCase(),
    search_labels: [...tags, category ?? '', manifest.author_id].join(' ').toLowerCase(),
    search_text: clipText(manifest.description, 4096).toLowerCase(),
  }
}

/** PostgreSQL's integer; no text has as many tokens. */
const maxInteger = 2_147_483_647

/** Names that say "all rights reserved" in the licence fields people write. */
const proprietary =
  /propriet|commercial|all rights reserved|unlicensed|see license|noassertion|^none$/i

function licenseType(license: string | undefined): LicenseType {
  if (license === undefined || license.trim() === '') return 'unspecified'
  return proprietary.test(license) ? 'proprietary' : 'open_source'
}

function partCounts(
  manifest: Manifest,
): Pick<
  ManifestColumns,
  'skills_count' | 'commands_count' | 'agents_count' | 'hooks_count' | 'mcp_servers_count'
> {
  const parts = manifest.kind === 'plugin' ? manifest.content : {}
  return {
    skills_count: parts.skills?.length ?? 0,
    commands_count: parts.commands?.length ?? 0,
    agents_count: parts.agents?.length ?? 0,
    hooks_count: parts.hooks?.length ?? 0,
    mcp_servers_count: parts.mcp_servers?.length ?? 0,
  }
}

/** Longest value the contract carries of each field of an origin. */
const originBounds = {
  type: 100,
  url: 2048,
  repo: 2048,
  commit: 64,
  path: 1024,
  marketplace: 200,
  original_author: 200,
  license: 200,
} as const

function originOf({ source }: Manifest): ManifestColumns['source'] {
  if (source === undefined) return null
  const origin: { type: string; [field: string]: string } = { type: clipText(source.type, 100) }
  for (const [field, max] of Object.entries(originBounds)) {
    const value = source[field as keyof typeof originBounds]
    if (value !== undefined) origin[field] = clipText(value, max)
  }
  return origin
}
