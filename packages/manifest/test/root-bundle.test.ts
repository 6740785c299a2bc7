import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { build } from 'tsup'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'root-bundle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Bundles an entry as a browser would get it; fails for a module only Node has. */
async function bundle(entry: string, name: string): Promise<string> {
  await build({
    config: false,
    entry: { [name]: fileURLToPath(new URL(`../src/${entry}`, import.meta.url)) },
    outDir: folder,
    format: ['esm', 'iife'],
    globalName: 'entry',
    platform: 'browser',
    removeNodeProtocol: false,
    noExternal: [/.*/],
    esbuildOptions: (options) => {
      options.logLevel = 'silent' // what cannot be resolved is thrown as well
    },
    dts: false,
    silent: true,
    clean: false,
  })
  return readFileSync(join(folder, `${name}.js`), 'utf8')
}

/** The modules a bundle still asks its runtime for. */
function importsOf(code: string): string[] {
  const pattern =
    /^\s*(?:import|export)\b[^'"\n]*["']([^"']+)["']|\b(?:import|require)\(\s*["']([^"']+)["']/gm
  return [...code.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '').sort()
}

describe('the root entry, bundled', () => {
  it('asks its runtime for no module, where the one for archives needs Node', async () => {
    expect(importsOf(await bundle('index.ts', 'root'))).toEqual([])
    await expect(bundle('archive/index.ts', 'archive')).rejects.toThrow(/Could not resolve/)
  })

  it('works where there is nothing of Node', () => {
    const code = readFileSync(join(folder, 'root.global.js'), 'utf8')
    const globals = { TextEncoder, TextDecoder, Uint8Array, URL, crypto, atob, btoa }
    const answer: unknown = runInNewContext(
      `${code}; [typeof process, entry.cryptoBackend(), entry.sha256(new TextEncoder().encode('abc'))]`,
      globals,
    )
    const digest = createHash('sha256').update('abc').digest('hex')
    expect([...(answer as unknown[])]).toEqual(['undefined', 'noble', digest])
  })
})
