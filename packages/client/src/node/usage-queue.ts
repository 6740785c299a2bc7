import { randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type UsageReport, usageReportSchema } from '../contract/index.ts'
import { isAbandoned, ownerPattern, ownerTag } from './file-owner.ts'
import { addUp, formatUse, type ItemUse } from './usage-window.ts'

/**
 * Uses on their way to the mothership, in a directory. A use is written before `append` returns; uses of one window go
 * to one file, which is sealed into reports. The window's id is made with its file and never changes, so that the
 * mothership counts it once however often it is sent.
 */
export interface UsageQueue {
  /** Throws what the file system throws. */
  append(use: ItemUse): void
  /** Ends the open window and makes reports of it, and of what processes that ended have left. */
  seal(): Promise<void>
  /** Ids of the reports that wait, oldest first. */
  waiting(): Promise<string[]>
  /** A report that waits; `undefined` when it was sent meanwhile, by another process. */
  read(windowId: string): Promise<UsageReport | undefined>
  /** Drops a report that arrived. */
  drop(windowId: string): Promise<void>
  /** Puts a report aside that the mothership refuses: it stays in `refused/`. */
  setAside(windowId: string): Promise<void>
}

/** A window of more bytes than this is ended: reading it again stays quick. */
const maxWindowBytes = 4_194_304

interface OpenWindow {
  readonly descriptor: number
  readonly openedAt: number
  bytes: number
}

/** Windows that queues of this process write to; several may have one directory. */
const live = new Set<string>()

const openName = new RegExp(`^(w[0-9a-z]+-[0-9a-f]{12})\\.(${ownerPattern})\\.open$`)

/** Opens the queue of a directory, which is made when it is not there. Several processes may share it. */
export function openUsageQueue(
  directory: string,
  windowMs: number,
  instanceId: string | undefined,
): UsageQueue {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const instance = instanceId ?? readInstanceId(directory)
  let window: (OpenWindow & { readonly name: string }) | undefined

  const openWindow = () => {
    const id = `w${Date.now().toString(36)}-${randomUUID().slice(-12)}`
    const name = `${id}.${ownerTag}.open`
    const descriptor = openSync(join(directory, name), 'ax', 0o600)
    // The id is kept with the window: were the instance renamed, a report sent twice would count twice.
    const bytes = writeSync(descriptor, `${instance}\n`)
    live.add(join(directory, name))
    return { name, descriptor, openedAt: performance.now(), bytes }
  }

  const endWindow = () => {
    if (window === undefined) return
    live.delete(join(directory, window.name))
    closeSync(window.descriptor)
    window = undefined
  }

  const sealFile = async (name: string, id: string) => {
    const text = await readFile(join(directory, name), 'utf8').catch(ignoreMissing)
    if (text === undefined) return
    const end = text.indexOf('\n')
    const reports = end < 0 ? [] : addUp(text.slice(0, end), id, text.slice(end + 1))
    for (const report of reports) {
      const temporary = join(directory, `${report.window_id}.${ownerTag}.tmp`)
      await writeFile(temporary, JSON.stringify(report), { mode: 0o600, flush: true })
      await rename(temporary, join(directory, `${report.window_id}.json`))
    }
    await rm(join(directory, name), { force: true }) // only now: until here it can be sealed again
  }

  return {
    append: (use) => {
      const age = window === undefined ? Infinity : performance.now() - window.openedAt
      if (window === undefined || age >= windowMs || window.bytes >= maxWindowBytes) {
        endWindow()
        window = openWindow()
      }
      const line = Buffer.from(formatUse(use))
      const written = writeSync(window.descriptor, line)
      window.bytes += written
      if (written === line.length) return
      endWindow() // a torn line may only be the last
      throw new Error(`only ${written} of ${line.length} bytes of a use could be written`)
    },
    seal: async () => {
      endWindow()
      for (const name of await readdir(directory)) {
        const [, id, tag] = openName.exec(name) ?? []
        if (id === undefined || tag === undefined || live.has(join(directory, name))) continue
        const info = await stat(join(directory, name)).catch(ignoreMissing)
        const ours = tag === ownerTag
        if (info !== undefined && (ours || isAbandoned(tag, info.mtimeMs))) await sealFile(name, id)
      }
    },
    waiting: async () =>
      (await readdir(directory))
        .filter((name) => /^w[0-9a-z]+-[0-9a-f]{12}(?:\.\d+)?\.json$/.test(name))
        .map((name) => name.slice(0, -'.json'.length))
        .sort(),
    read: async (windowId) => {
      const text = await readFile(join(directory, `${windowId}.json`), 'utf8').catch(ignoreMissing)
      return text === undefined ? undefined : usageReportSchema.parse(JSON.parse(text))
    },
    drop: (windowId) => rm(join(directory, `${windowId}.json`), { force: true }),
    setAside: async (windowId) => {
      await mkdir(join(directory, 'refused'), { recursive: true, mode: 0o700 })
      const name = `${windowId}.json`
      await rename(join(directory, name), join(directory, 'refused', name)).catch(ignoreMissing)
    },
  }
}

/** The id under which this directory reports: made once, and the same ever after. */
function readInstanceId(directory: string): string {
  const path = join(directory, 'instance-id')
  try {
    writeFileSync(path, `i-${randomUUID()}`, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(path, 'utf8').trim()
}

/** Another process that shares the directory was faster. */
function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
