import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type FileMap, formats, type ClaudeMarketplaceReading } from '@mothership/manifest'
import { readArchive, readDirectory } from '@mothership/manifest/archive'
import { ServerError } from '../../errors.ts'
import { importerAuthorId } from '../publishers/service.ts'

/** A marketplace that was read, and the namespace its items get. */
export interface MarketplaceSource {
  readonly name: string
  readonly namespace: string
  readonly reading: ClaudeMarketplaceReading
}

/**
 * Reads a Claude marketplace from a directory or an archive.
 *
 * @throws ServerError `import_failed` when there is no marketplace; ArchiveError when the archive breaks a limit.
 */
export async function readMarketplace(
  path: string,
  signal?: AbortSignal,
): Promise<MarketplaceSource> {
  const files = rooted(await readFiles(path, signal), path)
  const name = nameOf(files, path)
  const namespace = slugSafe(name)
  if (namespace === '') {
    throw failed(
      `${path}: the name ${JSON.stringify(name.slice(0, 80))} has no letter a slug could hold`,
    )
  }
  const reading = formats.claudeMarketplace.read(files, { namespace, author_id: importerAuthorId })
  return { name, namespace, reading }
}

const marketplaceFile = '.claude-plugin/marketplace.json'

/** Repositories are larger than packages, and what is not packed never leaves this machine. */
const sourceLimits = { packed_bytes: 268_435_456, unpacked_bytes: 536_870_912, entries: 100_000 }

async function readFiles(path: string, signal: AbortSignal | undefined): Promise<FileMap> {
  const found = await stat(path).catch((error: unknown) => {
    throw failed(`${path} cannot be read: expected a directory or a .tar.gz`, error)
  })
  if (found.isDirectory()) return readDirectory(path)
  const { contents } = await readArchive(path, {
    limits: sourceLimits,
    ...(signal === undefined ? {} : { signal }),
  })
  return contents
}

/** An archive of a repository often holds one folder around everything: the outermost marketplace file is the root. */
function rooted(files: FileMap, path: string): FileMap {
  const [root] = [...files.keys()]
    .filter((file) => file === marketplaceFile || file.endsWith(`/${marketplaceFile}`))
    .map((file) => file.slice(0, -marketplaceFile.length))
    .sort((left, right) => left.length - right.length || (left < right ? -1 : 1))
  if (root === undefined) throw failed(`${path} holds no ${marketplaceFile}: is it a marketplace?`)
  if (root === '') return files
  return new Map(
    [...files]
      .filter(([file]) => file.startsWith(root))
      .map(([file, entry]) => [file.slice(root.length), entry]),
  )
}

function nameOf(files: FileMap, path: string): string {
  const bytes = files.get(marketplaceFile)?.bytes ?? new Uint8Array()
  try {
    // Only the name is looked at here, to have a namespace; the format's own reader reads it again, and strictly.
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (typeof value === 'object' && value !== null && 'name' in value) {
      if (typeof value.name === 'string') return value.name
    }
  } catch (error) {
    throw failed(`${path}: ${marketplaceFile} is no JSON`, error)
  }
  // Without a name it goes by that of its folder or file; the reader reports the fault.
  return basename(path).replace(/(?:\.tar)?(?:\.t?gz)?$/, '')
}

/** Lower case, every run of other characters one dash, as long as a namespace may be. */
function slugSafe(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replaceAll(/^-+|-+$/g, '')
}

function failed(message: string, cause?: unknown): ServerError {
  return new ServerError('import_failed', message, { cause })
}
