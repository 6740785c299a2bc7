import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { CacheStore } from '../cache-store.ts'

/** Settings of {@link createDirectoryCache}. */
export interface DirectoryCacheOptions {
  /** Made when it is not there, for this user only. Several clients and processes may share it. */
  readonly directory: string
  /** Most bytes of files; the least recently confirmed go first. Default 64 MiB. */
  readonly maxBytes?: number | undefined
  /** Told what could not be read or written; the cache goes on without. */
  readonly onProblem?: ((error: unknown) => void) | undefined
}

const entrySchema = z.object({
  key: z.string(),
  text: z.string(),
  etag: z.string().optional(),
  confirmed_at: z.number(),
})

/** Makes a cache of answers that outlives the process: one file an answer, written whole or not at all. */
export function createDirectoryCache(options: DirectoryCacheOptions): CacheStore {
  const { directory, maxBytes = 67_108_864, onProblem } = options
  let writtenBytes = Infinity // what is there already is counted at the first write
  const fileOf = (key: string) =>
    join(directory, `${createHash('sha256').update(key).digest('hex')}.json`)
  return {
    read: async (key) => {
      try {
        const entry = entrySchema.parse(JSON.parse(await readFile(fileOf(key), 'utf8')))
        if (entry.key !== key) return undefined
        return { text: entry.text, etag: entry.etag, confirmedAt: entry.confirmed_at }
      } catch (error) {
        if (!isMissing(error)) onProblem?.(error)
        return undefined
      }
    },
    write: async (key, { text, etag, confirmedAt }) => {
      const bytes = Buffer.from(JSON.stringify({ key, etag, confirmed_at: confirmedAt, text }))
      if (bytes.length > maxBytes) return
      const temporary = join(directory, `${randomUUID()}.tmp`)
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 })
        await writeFile(temporary, bytes, { mode: 0o600 })
        await rename(temporary, fileOf(key))
        writtenBytes += bytes.length
        if (writtenBytes > maxBytes) writtenBytes = await shrink(directory, maxBytes)
      } catch (error) {
        onProblem?.(error)
        await rm(temporary, { force: true }).catch(() => undefined) // the first problem was told
      }
    },
  }
}

/** Drops the oldest files until there is room again for a quarter; answers how many bytes stay. */
async function shrink(directory: string, maxBytes: number): Promise<number> {
  const files: { path: string; size: number; time: number }[] = []
  for (const name of await readdir(directory)) {
    if (!/^[0-9a-f-]+\.(?:json|tmp)$/.test(name)) continue
    const path = join(directory, name)
    const info = await stat(path).catch(() => undefined) // dropped by another process meanwhile
    if (info !== undefined) files.push({ path, size: info.size, time: info.mtimeMs })
  }
  files.sort((a, b) => a.time - b.time)
  let bytes = files.reduce((sum, { size }) => sum + size, 0)
  if (bytes <= maxBytes) return bytes
  for (const { path, size } of files) {
    if (bytes <= maxBytes * 0.75) break
    await rm(path, { force: true })
    bytes -= size
  }
  return bytes
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
