import type { ManifestDraft } from '../manifest/manifest.ts'
import { defined, filesOf, type WrittenFormat } from './conversion.ts'
import { claudeMarketplaceFile } from './claude-marketplace.ts'

/** One plugin of a marketplace to write. */
export interface MarketplaceEntry {
  readonly draft: ManifestDraft
  /** Path in the same repository (`./plugins/review`), or an archive elsewhere. */
  readonly source: string | { readonly url: string; readonly sha256: string }
}

/** Writes a Claude marketplace: `.claude-plugin/marketplace.json`. Kinds that are no plugins are left out, as losses. */
export function writeClaudeMarketplace(marketplace: {
  readonly name: string
  readonly owner: { readonly name: string; readonly email?: string; readonly url?: string }
  readonly description?: string
  readonly entries: readonly MarketplaceEntry[]
}): WrittenFormat {
  const losses: string[] = []
  const plugins = marketplace.entries.flatMap(({ draft, source }) => {
    if (draft.kind !== 'plugin' && draft.kind !== 'skill') {
      losses.push(`${draft.slug}: a ${draft.kind} has no place in a marketplace of plugins`)
      return []
    }
    if (draft.permissions.length > 0)
      losses.push(`${draft.slug}: permissions have no place in an entry`)
    return [
      defined({
        name: draft.slug.replaceAll('.', '-'),
        source: typeof source === 'string' ? source : { source: 'archive', ...source },
        description: draft.description,
        version: draft.version,
        displayName: draft.name,
        category: draft.metadata?.category,
        tags: draft.metadata?.tags,
        homepage: draft.metadata?.homepage,
        repository: draft.metadata?.repository,
        license: draft.license,
        author:
          draft.source?.original_author === undefined
            ? undefined
            : { name: draft.source.original_author },
        // A skill's folder has no plugin.json: the entry is its manifest.
        ...(draft.kind === 'skill' ? { strict: false, skills: ['./'] } : {}),
      }),
    ]
  })
  const { name, owner, description } = marketplace
  return {
    files: filesOf({ [claudeMarketplaceFile]: defined({ name, owner, description, plugins }) }),
    losses,
  }
}
