import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileIn, packPackages, pnpm } from './packaging/pack-packages.ts'
import type { PackedPackage } from './packaging/pack-packages.ts'

const root = join(import.meta.dirname, '..')
const names = [
  '@mothership/manifest',
  '@mothership/client',
  '@mothership/installer-core',
  '@mothership/context-assembler',
  '@mothership/reference-server',
] as const

/** Packed bytes, declarations and source maps included; raise one on purpose, not by accident. */
const limitBytes: Record<(typeof names)[number], number> = {
  '@mothership/manifest': 300_000,
  '@mothership/client': 200_000,
  '@mothership/installer-core': 250_000,
  '@mothership/context-assembler': 2_300_000, // The word vectors, and their source map once more.
  '@mothership/reference-server': 1_900_000, // The query builder is bundled.
}

const folder = mkdtempSync(join(tmpdir(), 'packaging-'))
let packed: PackedPackage[] = []
const find = (name: string): PackedPackage => {
  const found = packed.find((item) => item.name === name)
  if (!found) throw new Error(`${name} was not packed`)
  return found
}

beforeAll(() => {
  packed = packPackages(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(names)('the packed %s', (name) => {
  it('satisfies publint', async () => {
    const bytes = readFileSync(find(name).tarball)
    const { messages, pkg } = await publint({
      pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) },
    })
    expect(messages.map((message) => formatMessage(message, pkg ?? {}, { color: false }))).toEqual(
      [],
    )
  })

  it('has types that resolve for every ESM consumer', () => {
    const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js')
    const args = ['--profile', 'esm-only', '--no-definitely-typed', '--no-color']
    const { status, stdout } = spawnSync(process.execPath, [attw, ...args, find(name).tarball], {
      encoding: 'utf8',
    })
    expect(stdout).not.toContain('does not contain types')
    expect(status, stdout).toBe(0)
  })

  it('exports built files with their types and nothing of the workspace', () => {
    const { manifest, files, tarball } = find(name)
    expect(JSON.stringify(manifest)).not.toMatch(/@mothership\/source|workspace:|catalog:/)
    for (const [entry, target] of Object.entries(manifest.exports)) {
      if (typeof target === 'string') {
        const [start = '', end = ''] = target.slice(2).split('*')
        const matches = files.filter((path) => path.startsWith(start) && path.endsWith(end))
        expect(matches, entry).not.toEqual([])
        continue
      }
      expect(Object.keys(target), entry).toEqual(['types', 'default'])
      for (const path of Object.values(target)) expect(files).toContain(path.slice(2))
    }
    for (const path of Object.values(manifest.bin ?? {})) {
      expect(fileIn(tarball, path.replace('./', ''))).toMatch(/^#!\/usr\/bin\/env node\n/)
    }
  })

  it('holds its size', () => {
    expect(statSync(find(name).tarball).size).toBeLessThan(limitBytes[name])
  })

  it('carries the licence, and besides what is built only migrations and schemas', () => {
    const { files } = find(name)
    expect(files).toContain('LICENSE')
    expect(
      files.filter(
        (path) =>
          !/^(dist\/|src\/db\/migrations\/|schemas\/|LICENSE$|README\.md$|package\.json$)/.test(
            path,
          ),
      ),
    ).toEqual([])
    expect(files.filter((path) => /\.test\.|tsbuildinfo|\.env/.test(path))).toEqual([])
  })
})

describe('an empty project', () => {
  const project = join(folder, 'project')
  let problem: string | undefined

  beforeAll(() => {
    problem = installTarballs(project)
  })

  it('installs all packages from their tarballs and imports every entry', ({ skip }) => {
    skip(problem !== undefined, problem)
    const lines = entriesOf(packed).map(
      (entry) =>
        `if (Object.keys(await import('${entry}')).length === 0) throw new Error('${entry} is empty')`,
    )
    execFileSync(process.execPath, ['--input-type=module', '-e', lines.join('\n')], {
      cwd: project,
      encoding: 'utf8',
    })
  })

  it('compiles against the types of every entry', ({ skip }) => {
    skip(problem !== undefined, problem)
    const lines = entriesOf(packed).map(
      (entry, index) => `export * as entry${index} from '${entry}'`,
    )
    writeFileSync(join(project, 'consumer.ts'), `${lines.join('\n')}\n`)
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--types',
      '',
    ]
    const { status, stdout } = spawnSync(
      process.execPath,
      [tsc, '--ignoreConfig', ...options, 'consumer.ts'],
      { cwd: project, encoding: 'utf8' },
    )
    expect(status, stdout).toBe(0)
  })
})

/** Answers why it could not be done, where that is the machine's doing; throws when it is ours. */
function installTarballs(project: string): string | undefined {
  mkdirSync(project)
  const tarballs = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]))
  // Entries that need a library the host brings (msw, an exact tokenizer) are imported as such a host would.
  const peers = packed.flatMap((item) => Object.entries(item.manifest.peerDependencies ?? {}))
  const dependencies = { ...Object.fromEntries(peers), ...tarballs }
  const manifest = { name: 'empty-project', private: true, type: 'module', dependencies }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
  const scripts = packed.flatMap((item) => Object.keys(item.manifest.optionalDependencies ?? {}))
  const settings = {
    // Our packages name each other by version; they are not in any registry here.
    overrides: tarballs,
    allowBuilds: Object.fromEntries([...scripts, 'msw'].map((name) => [name, false])),
    pmOnFail: 'ignore',
    fetchRetries: 1,
    fetchTimeout: 10_000,
  }
  writeFileSync(join(project, 'pnpm-workspace.yaml'), JSON.stringify(settings))
  try {
    pnpm(project, ['install', '--prefer-offline'])
    return undefined
  } catch (error) {
    const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|META_FETCH_FAIL/
    if (!unreachable.test(String(error))) throw error
    return 'no package registry can be reached and the package cache is cold'
  }
}

/** The entries that are code; data files are exported as they stand. */
function entriesOf(packages: readonly PackedPackage[]): string[] {
  return packages.flatMap(({ name, manifest }) =>
    Object.keys(manifest.exports)
      .filter((entry) => !entry.endsWith('.json'))
      .map((entry) => name + entry.slice(1)),
  )
}
