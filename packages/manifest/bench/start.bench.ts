import { execFileSync } from 'node:child_process'
import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { type BenchResult, median } from './measure.ts'

/** Time of a first import beside zod's own, each in a fresh process, and the size of the root entry as a browser gets it. */
export default async function (): Promise<BenchResult[]> {
  const times: Record<string, number[]> = { ours: [], zod: [] }
  for (let round = 0; round < 9; round += 1) {
    times['ours']?.push(importTime('@mothership/manifest'))
    times['zod']?.push(importTime('zod'))
  }
  const ours = median(times['ours'] ?? [])
  const zod = median(times['zod'] ?? [])
  return [
    {
      name: 'first import of the root entry',
      unit: 'ms',
      ours,
      peers: { zod },
      ratios: { 'ms beyond zod (≤ 10)': ours - zod },
    },
    {
      name: 'root entry bundled and minified for a browser',
      unit: 'KiB',
      ours: await bundleSize(),
      peers: {},
      ratios: {},
    },
  ]
}

function importTime(name: string): number {
  const script = `const t = performance.now(); await import(${JSON.stringify(name)}); console.log(performance.now() - t)`
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd,
      encoding: 'utf8',
    }),
  )
}

async function bundleSize(): Promise<number> {
  const outDir = mkdtempSync(join(tmpdir(), 'bundle-size-'))
  await build({
    config: false,
    entry: { root: fileURLToPath(new URL('../src/index.ts', import.meta.url)) },
    outDir,
    format: ['esm'],
    platform: 'browser',
    noExternal: [/.*/],
    minify: true,
    dts: false,
    silent: true,
    clean: false,
  })
  return statSync(join(outDir, 'root.js')).size / 1024
}
