import type { ClaudeMarketplaceReading, ClaudePluginReading } from '@mothership/manifest'
import type { ItemOffer } from './import-item.ts'
import type { SyncItem } from './summary.ts'

/** One entry of a source: something to import, or the reason why there is nothing. */
export type SourceEntry =
  | { readonly path: string; readonly offer: ItemOffer }
  | { readonly path: string; readonly offer?: undefined; readonly item: SyncItem }

/** What a marketplace offers, in its own order. */
export function* offersOf(reading: ClaudeMarketplaceReading): Generator<SourceEntry> {
  for (const plugin of reading.plugins) {
    const path = plugin.draft.source?.path ?? plugin.name
    const refusal = refusalOf(plugin)
    if (refusal !== undefined) {
      yield { path, item: refusal }
      continue
    }
    yield { path, offer: { draft: plugin.draft, files: plugin.files } }
  }
}

function refusalOf(plugin: ClaudePluginReading): SyncItem | undefined {
  const { kind, slug, name } = plugin.draft
  const item = { kind, slug, name, version: null }
  if (!plugin.local) {
    return { ...item, outcome: 'skipped', reason: 'its files live in another repository' }
  }
  const fault = plugin.problems.find(({ severity }) => severity === 'error')
  if (fault !== undefined) {
    const place = fault.line === undefined ? fault.file : `${fault.file}:${fault.line}`
    return { ...item, outcome: 'failed', code: 'unreadable', reason: `${place}: ${fault.message}` }
  }
  if (plugin.files.size === 0) {
    return { ...item, outcome: 'failed', code: 'empty', reason: 'it has no files' }
  }
  return undefined
}
