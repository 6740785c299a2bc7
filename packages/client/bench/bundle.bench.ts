// What the root entry weighs in a browser, against bare zod and ky with the features it uses: `pnpm bench bundle`.
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

interface Result {
  name: string
  unit: string
  ours: number
  peers: Record<string, number>
  ratios: Record<string, number>
}

const folder = join(import.meta.dirname, '..')

export default async function bench(): Promise<Result[]> {
  const ours = await bundle(`export * from '@mothership/client'`)
  const bare = await bundle(
    `import ky from 'ky'; import * as z from 'zod'
     export const used = [ky, z.string, z.object, z.strictObject, z.array, z.enum, z.union, z.record, z.preprocess, z.exactOptional, z.iso.datetime]`,
  )
  const contract = await bundle(`export * from '@mothership/client/contract'`)
  return [
    {
      name: 'root entry, minified and gzipped, zod and ky included',
      unit: 'kB',
      ours,
      peers: { 'bare zod and ky': bare, 'the contract with zod': contract },
      ratios: { 'to bare zod and ky': ours / bare },
    },
  ]
}

/** Kilobytes of 1,000. */
async function bundle(code: string): Promise<number> {
  const entry = '\0entry.js'
  const built = await build({
    logLevel: 'silent',
    configFile: false,
    root: folder,
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      rollupOptions: { input: 'entry', preserveEntrySignatures: 'strict' },
    },
    plugins: [
      {
        name: 'entry',
        enforce: 'pre',
        resolveId: (id) => (id === 'entry' ? entry : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
      {
        name: 'from-here',
        resolveId(id, from) {
          return from === entry ? this.resolve(id, join(folder, 'bench', 'x.js')) : undefined
        },
      },
    ],
  })
  const [output] = Array.isArray(built) ? built : [built]
  if (output === undefined || !('output' in output)) throw new Error('vite built nothing')
  const text = output.output.map((part) => (part.type === 'chunk' ? part.code : '')).join('')
  return gzipSync(text, { level: 9 }).length / 1000
}
