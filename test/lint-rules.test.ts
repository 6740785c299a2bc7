import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

// Each breaks one rule. `rule` is undefined where nothing must be said.
const cases: { what: string; file: string; text: string; rule?: string }[] = [
  {
    what: 'manifest importing one of our packages',
    file: 'packages/manifest/src/a.ts',
    text: `export { x } from '@mothership/client'`,
    rule: 'no-restricted-imports',
  },
  {
    what: 'manifest reaching another package by its path',
    file: 'packages/manifest/src/b.ts',
    text: `export { x } from '../../../packages/client/src/index.ts'`,
    rule: 'no-restricted-imports',
  },
  {
    what: 'the client importing the installer',
    file: 'packages/client/src/a.ts',
    text: `export { x } from '@mothership/installer-core'`,
    rule: 'no-restricted-imports',
  },
  {
    what: 'the installer importing a server library',
    file: 'packages/installer-core/src/a.ts',
    text: `export { x } from 'drizzle-orm/pg-core'`,
    rule: 'no-restricted-imports',
  },
  {
    what: 'the context assembler reading files',
    file: 'packages/context-assembler/src/a.ts',
    text: `export { readFile } from 'node:fs/promises'`,
    rule: 'no-restricted-imports',
  },
  {
    what: 'the context assembler importing a subpath of manifest',
    file: 'packages/context-assembler/src/b.ts',
    text: `export { x } from '@mothership/manifest/archive'`,
    rule: 'no-restricted-imports',
  },
  {
    what: "the context assembler importing more than manifest's types",
    file: 'packages/context-assembler/src/c.ts',
    text: `import { x } from '@mothership/manifest'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    what: 'the context assembler reaching for the network',
    file: 'packages/context-assembler/src/d.ts',
    text: `export const load = async (): Promise<unknown> => fetch('x')`,
    rule: 'no-restricted-globals',
  },
  {
    what: 'a built-in without its prefix',
    file: 'packages/client/src/prefix.ts',
    text: `export { join } from 'path'`,
    rule: 'prefer-node-protocol',
  },
  {
    what: 'the server importing what is not public',
    file: 'packages/reference-server/src/a.ts',
    text: `export { x } from '@mothership/client/src/index.ts'`,
    rule: 'no-restricted-imports',
  },
  {
    what: 'an example importing what is not public',
    file: 'examples/demo/src/a.ts',
    text: `export { x } from '@mothership/manifest/dist/index.js'`,
    rule: 'no-restricted-imports',
  },
  {
    what: 'files in a circle',
    file: 'packages/client/src/circle-a.ts',
    text: `import { b } from './circle-b.ts'\nexport const a = (): number => b()`,
    rule: 'no-cycle',
  },
  {
    what: 'the other file of the circle, which takes but a type',
    file: 'packages/client/src/circle-b.ts',
    text: `import type { a } from './circle-a.ts'\nexport const b = (): number => 1\nexport type A = typeof a`,
    rule: 'no-cycle',
  },
  {
    what: 'any',
    file: 'packages/client/src/any.ts',
    text: `export const x: any = 1`,
    rule: 'no-explicit-any',
  },
  {
    what: 'a promise that nobody waits for',
    file: 'packages/client/src/floating.ts',
    text: `const wait = async (): Promise<void> => {}\nexport function start(): void {\n  wait()\n}`,
    rule: 'no-floating-promises',
  },
  {
    what: 'nothing when the client imports manifest',
    file: 'packages/client/src/fine.ts',
    text: `export { x } from '@mothership/manifest/archive'`,
  },
  {
    what: "nothing when the context assembler imports manifest's types",
    file: 'packages/context-assembler/src/fine.ts',
    text: `import type { Y } from '@mothership/manifest'\nexport type X = Y`,
  },
  {
    what: 'nothing when a test of the context assembler reads files',
    file: 'packages/context-assembler/src/fine.test.ts',
    text: `export { readFile } from 'node:fs/promises'`,
  },
  {
    what: 'nothing when the server imports all four',
    file: 'packages/reference-server/src/fine.ts',
    text: `export { a } from '@mothership/client/contract'\nexport { b } from '@mothership/installer-core'\nexport { c } from '@mothership/context-assembler'\nexport { d } from '@mothership/manifest'`,
  },
]

describe('the lint rules say', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lint-rules-'))
  const said = new Map<string, string[]>()

  beforeAll(() => {
    copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          module: 'nodenext',
          target: 'es2023',
          noEmit: true,
          allowImportingTsExtensions: true,
          types: [],
        },
      }),
    )
    for (const { file, text } of cases) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), `${text}\n`)
    }
    const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
    const { stdout } = spawnSync(process.execPath, [oxlint, '--format=json', '.'], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        OXLINT_TSGOLINT_PATH: join(root, 'node_modules', 'oxlint-tsgolint', 'bin', 'tsgolint.js'),
      },
    })
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: { code: string; filename: string }[]
    }
    for (const { code, filename } of diagnostics) {
      const file = filename.replaceAll('\\', '/')
      said.set(file, [...(said.get(file) ?? []), code])
    }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(cases)('$what', ({ file, rule }) => {
    const codes = said.get(file) ?? []
    if (rule === undefined) expect(codes).toEqual([])
    else expect(codes).toContainEqual(expect.stringContaining(`(${rule})`))
  })
})
