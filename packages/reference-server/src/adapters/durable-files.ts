import { randomBytes } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Flushes the entries of a directory, so that a rename in it outlives a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return // Directories cannot be flushed there.
  const handle = await open(directory)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Puts a whole file in place at once: a reader sees the old bytes or the new ones, also after a power cut. */
export async function replaceFile(
  path: string,
  content: Uint8Array | string,
  mode = 0o600,
): Promise<void> {
  const aside = await writeAside(path, content, mode)
  await rename(aside, path)
  await syncDirectory(dirname(path))
}

/** The same where no file may be yet; answers whether it was ours that was put there. */
export async function createFile(
  path: string,
  content: Uint8Array | string,
  mode = 0o600,
): Promise<boolean> {
  const aside = await writeAside(path, content, mode)
  try {
    await link(aside, path) // Fails when the name is taken, which a rename does not.
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(aside, { force: true })
  }
  await syncDirectory(dirname(path))
  return true
}

/** Writes and flushes a file beside its final place; the caller renames or removes it. */
export async function writeAside(
  path: string,
  content: Uint8Array | string,
  mode: number,
): Promise<string> {
  const aside = `${path}.${randomBytes(6).toString('hex')}.new`
  const handle = await open(aside, 'wx', mode)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  return aside
}
