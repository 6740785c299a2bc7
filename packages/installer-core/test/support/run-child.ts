import type { KeyRecord } from '@mothership/manifest'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { InstallerOptions, ItemReference } from '../../src/index.ts'

/** One operation for a process of its own. */
export interface ChildTask {
  readonly state: string
  readonly targets: InstallerOptions['targets']
  readonly releases: string
  readonly keys: readonly KeyRecord[]
  readonly item: ItemReference
  readonly action: 'install' | 'uninstall'
  /** Kill the process before this call of the file system. */
  readonly killAt?: number
}

/** How the process ended. */
export interface ChildResult {
  readonly signal: NodeJS.Signals | null
  readonly code: number | null
  /** What it answered, when it lived to. */
  readonly answer:
    | { readonly said: string; readonly calls?: number; readonly message?: string }
    | undefined
  readonly errors: string
}

let bundled: Promise<string> | undefined

/** The child in one file: started from a hundred sources, each process would take a second of its own. */
function bundledChild(): Promise<string> {
  bundled ??= bundleChild()
  return bundled
}

async function bundleChild(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'mothership-child-'))
  process.on('exit', () => rmSync(outDir, { recursive: true, force: true }))
  await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@mothership/source'] },
    ssr: { noExternal: true, resolve: { conditions: ['@mothership/source', 'node'] } },
    build: {
      ssr: fileURLToPath(new URL('child.ts', import.meta.url)),
      outDir,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'child.mjs' } },
    },
  })
  return join(outDir, 'child.mjs')
}

/** Runs one operation in a process of its own, from the sources. */
export async function runChild(task: ChildTask): Promise<ChildResult> {
  const script = await bundledChild()
  const child = spawn(process.execPath, ['--no-warnings', script, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let errors = ''
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
  child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const answer = out === '' ? undefined : (JSON.parse(out) as ChildResult['answer'])
      resolve({ signal, code, answer, errors })
    })
  })
}
