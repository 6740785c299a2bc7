import { dirname } from 'node:path'
import { nodeFileSystem } from '../adapters/node-file-system.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { SequenceMemory } from '../ports/revocation-source.ts'
import { ensureDirectory } from '../state/state-directory.ts'

/** Remembers the highest sequence seen in a small file, absolute path. A damaged file fails closed. */
export function createSequenceMemory(
  file: string,
  options: { readonly fs?: FileSystem | undefined } = {},
): SequenceMemory {
  const fs = options.fs ?? nodeFileSystem
  return {
    async read() {
      if ((await fs.inspect(file)) === undefined) return 0
      const text = new TextDecoder().decode(await fs.readFile(file, 64))
      if (!/^[0-9]{1,15}\n$/.test(text)) throw new Error(`expected a number in ${file}`)
      return Number(text)
    },
    async write(sequence) {
      await ensureDirectory(fs, dirname(file))
      const temporary = `${file}.new`
      await fs.removeTree(temporary)
      await fs.writeNewFile(temporary, new TextEncoder().encode(`${sequence}\n`), 0o600)
      await fs.sync(temporary)
      await fs.rename(temporary, file)
    },
  }
}
