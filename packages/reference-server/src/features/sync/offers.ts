import type { Finding } from '@mothership/client/contract'
import {
  type ClaudeMarketplaceReading,
  type ClaudePluginReading,
  type FormatProblem,
  formats,
} from '@mothership/manifest'
import { clipText } from '../../text/clip-text.ts'
import { storableJson } from '../../text/storable-text.ts'
import { importerAuthorId } from '../publishers/service.ts'
import type { ItemOffer } from './import-item.ts'
import type { SyncItem } from './summary.ts'

/** One entry of a source: something to import, or the reason why there is nothing. */
export type SourceEntry =
  | { readonly path: string; readonly offer: ItemOffer }
  | { readonly path: string; readonly offer?: undefined; readonly item: SyncItem }

/** What a marketplace offers, in its own order: every plugin, and after it the skills inside as items of their own. */
export function* offersOf(
  reading: ClaudeMarketplaceReading,
  namespace: string,
): Generator<SourceEntry> {
  for (const plugin of reading.plugins) {
    const path = plugin.draft.source?.path ?? plugin.name
    const absence = absenceOf(plugin)
    if (absence !== undefined) {
      yield { path, item: absence }
      continue
    }
    const { draft, files } = plugin
    yield { path, offer: { draft, files, findings: findingsOf(plugin) } }
    yield* skillsOf(plugin, path, namespace)
  }
}

function absenceOf(plugin: ClaudePluginReading): SyncItem | undefined {
  if (plugin.files.size > 0) return undefined
  const { kind, slug, name, source } = plugin.draft
  const item = { kind, slug, name, version: null }
  if (source !== undefined && source.type !== inPlace) {
    return { ...item, outcome: 'skipped', reason: 'its files live in another repository' }
  }
  const fault = plugin.problems.find(({ severity }) => severity === 'error')
  const reason = fault?.message ?? 'it has no files'
  return { ...item, outcome: 'failed', code: 'no_files', reason }
}

/** What the reader calls the source of an entry whose files should lie in the marketplace itself. */
const inPlace = 'claude-marketplace'

function* skillsOf(
  plugin: ClaudePluginReading,
  path: string,
  namespace: string,
): Generator<SourceEntry> {
  const [, pluginSegment] = plugin.draft.slug.split('.')
  for (const { directory, files } of formats.skillMd.find(plugin.files)) {
    // A SKILL.md at the root makes the whole plugin one skill: it is there already.
    if (directory === '' || pluginSegment === undefined) continue
    const skill = formats.skillMd.read(files, {
      namespace,
      author_id: importerAuthorId,
      plugin: pluginSegment,
      directory: directory.split('/').at(-1) ?? directory,
      path: directory,
    })
    const { draft } = skill
    const { source, license = draft.license } = plugin.draft
    yield {
      path: `${path}/${directory}`,
      offer: {
        draft: {
          ...draft,
          // A part is released with its plugin, and comes from the same place.
          version: plugin.draft.version,
          ...(license === undefined ? {} : { license }),
          ...(source === undefined ? {} : { source: { ...source, path: `${path}/${directory}` } }),
        },
        files,
        findings: findingsOf(skill),
      },
    }
  }
}

function findingsOf(reading: {
  readonly problems: readonly FormatProblem[]
  readonly losses: readonly string[]
}): Finding[] {
  const findings = [
    ...reading.problems.map(({ severity, file, line, message }): Finding => ({
      severity,
      rule: 'format',
      message: clipText(message, 1024),
      file: clipText(file, 1024),
      line: line ?? null,
    })),
    ...reading.losses.map((message): Finding => ({
      severity: 'info',
      rule: 'not-carried-over',
      message: clipText(message, 1024),
      file: null,
      line: null,
    })),
  ]
}
