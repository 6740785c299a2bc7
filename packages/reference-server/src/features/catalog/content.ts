import type { ContentFile, ItemContent } from '@mothership/client/contract'
import { type FileMap, type Kind, type Manifest, parseManifest, sha256 } from '@mothership/manifest'
import { appArchiveLimits, readArchive } from '@mothership/manifest/archive'
import { RequestError } from '../../errors.ts'
import type { Deps } from '../../ports/deps.ts'
import type { CatalogService } from './service.ts'

/** The texts of releases. */
export interface ContentService {
  /**
   * Instructions, scripts and references of a release; of the one lists show when no version is given. Throws
   * `not_found`, `release_yanked`.
   */
  read(kind: Kind, slug: string, version: string | undefined): Promise<ItemContent>
}

/** Makes the service. A package is opened once; its texts are kept in memory until others need the room. */
export function createContent(
  { blobs }: Pick<Deps, 'blobs'>,
  catalog: CatalogService,
  maxBytes = defaultMemoryBytes,
): ContentService {
  const kept = new Map<string, { texts: Promise<Texts>; size: number }>()
  let held = 0

  return {
    read: async (kind, slug, version) => {
      const row = await catalog.releaseRow(
        kind,
        slug,
        version ?? (await catalog.shownVersion(kind, slug)),
      )
      if (row.status === 'yanked') {
        throw new RequestError(
          'release_yanked',
          `${slug} ${row.version} was withdrawn: ${row.status_reason ?? ''}`,
        )
      }
      const { instructions, scripts, references, omitted } = await textsOf(row)
      const { tree_sha256 } = row
      return {
        kind,
        slug,
        version: row.version,
        tree_sha256,
        instructions,
        scripts,
        references,
        omitted,
      }
    },
  }

  function textsOf(row: { id: string; manifest: string; package_sha256: string }): Promise<Texts> {
    const known = kept.get(row.id)
    if (known !== undefined) {
      kept.delete(row.id)
      kept.set(row.id, known) // the latest asked for goes last
      return known.texts
    }
    const texts = open(row.manifest, row.package_sha256)
    const entry = { texts, size: 0 }
    kept.set(row.id, entry)
    texts.then(
      (read) => {
        entry.size = sizeOf(read)
        held += entry.size
        for (const [id, { size }] of kept) {
          if (held <= maxBytes) break
          kept.delete(id)
          held -= size
        }
      },
      () => kept.delete(row.id),
    )
    return texts
  }

  async function open(text: string, package_sha256: string): Promise<Texts> {
    const manifest = parseManifest(text)
    const { contents } = await readArchive(
      await blobs.get(package_sha256),
      manifest.kind === 'app' ? { limits: appArchiveLimits } : {},
    )
    return sortTexts(manifest, contents)
  }
}

/** 32 MiB: the texts of some thousand skills. */
const defaultMemoryBytes = 33_554_432

type Texts = Pick<ItemContent, 'instructions' | 'scripts' | 'references' | 'omitted'>

/** The contract's bounds of one text and of a list; all texts together fit an answer of some megabytes. */
const maxTextBytes = 524_288
const maxFiles = 1000
const maxAllBytes = 4_194_304

function sortTexts(manifest: Manifest, files: FileMap): Texts {
  const { content } = manifest
  const named = (list: unknown): string[] =>
    Array.isArray(list)
      ? list.flatMap((entry: { path?: unknown }) =>
          typeof entry.path === 'string' ? entry.path : [],
        )
      : []
  const fields: Readonly<Record<string, unknown>> = { ...content }
  const main = typeof fields['instructions'] === 'string' ? fields['instructions'] : undefined
  const within = (folder: string): string[] =>
    [...files.keys()].filter((path) => path.startsWith(folder))
  const scripts = new Set([...named(fields['scripts']), ...within('scripts/')])
  const references = new Set([...named(fields['references']), ...within('references/')])
  const omitted: string[] = []
  let total = 0

  const read = (path: string): ContentFile | undefined => {
    const bytes = files.get(path)?.bytes
    if (bytes === undefined) return undefined
    const text = bytes.length > maxTextBytes ? undefined : textOf(bytes)
    if (text === undefined || total + bytes.length > maxAllBytes) {
      omitted.push(path)
      return undefined
    }
    total += bytes.length
    return { path, text, sha256: sha256(bytes), size: bytes.length }
  }
  const readAll = (paths: ReadonlySet<string>): ContentFile[] => {
    const sorted = [...paths].filter((path) => path !== main).sort()
    omitted.push(...sorted.slice(maxFiles).filter((path) => files.has(path)))
    return sorted.slice(0, maxFiles).flatMap((path) => read(path) ?? [])
  }
  const instructions = (main === undefined ? undefined : read(main)) ?? null
  return { instructions, scripts: readAll(scripts), references: readAll(references), omitted }
}

/** UTF-8 without U+0000; anything else is no text. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function sizeOf({ instructions, scripts, references }: Texts): number {
  const files = [...(instructions === null ? [] : [instructions]), ...scripts, ...references]
  return files.reduce((sum, { size }) => sum + size, 1024)
}
