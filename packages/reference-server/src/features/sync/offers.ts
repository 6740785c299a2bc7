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

/**
 * What a marketplace offers, in its own order: every plugin, and after it the skills inside as items of their own. A
 * folder that several entries list is offered once.
 */
export function* offersOf(
  reading: ClaudeMarketplaceReading,
  namespace: string,
): Generator<SourceEntry> {
  const first = new Map<string, string>()
  for (const plugin of reading.plugins) {
    const absence = absenceOf(plugin)
    if (absence !== undefined) {
      yield { path: plugin.name, item: absence }
      continue
    }
    const { draft, files } = plugin
    const path = draft.source?.path ?? plugin.name
    const offer = { draft, files, findings: findingsOf(plugin) }
    for (const entry of [{ path, offer }, ...skillsOf(plugin, namespace)]) {
      const { kind, slug, name, version } = entry.offer.draft
      const place = `${kind}:${entry.path}`
      const same = first.get(place)
      if (same === undefined) {
        first.set(place, slug)
        yield entry
      } else {
        const reason = `the same folder as ${same}`
        yield { path: entry.path, item: { kind, slug, name, version, outcome: 'skipped', reason } }
      }
    }
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
  namespace: string,
): Generator<{ readonly path: string; readonly offer: ItemOffer }> {
  const { draft: whole } = plugin
  const [, pluginSegment] = whole.slug.split('.')
  // Several plugins may share a folder and name different skills of it: those it names are its own.
  const parts = whole.kind === 'plugin' ? (whole.content.skills ?? []) : []
  const own = new Set(parts.map(({ path }) => path.split('/').slice(0, -1).join('/')))
  for (const { directory, files } of formats.skillMd.find(plugin.files)) {
    // A SKILL.md at the root makes the whole plugin one skill: it is there already.
    if (directory === '' || pluginSegment === undefined || !own.has(directory)) continue
    const path = [whole.source?.path, directory].filter((part) => part !== undefined).join('/')
    const skill = formats.skillMd.read(files, {
      namespace,
      author_id: importerAuthorId,
      plugin: pluginSegment,
      directory: directory.split('/').at(-1) ?? directory,
      path: directory,
    })
    const { source, license = skill.draft.license } = whole
    const draft = {
      ...skill.draft,
      // A part is released with its plugin, and comes from the same place.
      version: whole.version,
      ...(license === undefined ? {} : { license }),
      ...(source === undefined ? {} : { source: { ...source, path } }),
    }
    yield { path, offer: { draft, files, findings: findingsOf(skill) } }
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
  return storableJson(findings)
}
