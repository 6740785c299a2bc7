// Digests of the packages' files, by which a report tells whether it still speaks of the code that is there.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { root } from './report-files.ts'

/** What each package stands on, itself included: a change in any of them may change what its tests say. */
const standsOn: Record<string, readonly string[]> = {
  manifest: ['manifest'],
  client: ['client', 'manifest'],
  'installer-core': ['installer-core', 'manifest'],
  'context-assembler': ['context-assembler', 'manifest'],
  'reference-server': [
    'client',
    'context-assembler',
    'installer-core',
    'manifest',
    'reference-server',
  ],
}

export const packageNames: readonly string[] = Object.keys(standsOn)

/** The packages whose change makes a result of this test file stale; everything for tests outside a package. */
export function packagesCoveredBy(file: string): readonly string[] {
  const name = /^packages\/([^/]+)\//.exec(file)?.[1] ?? ''
  return standsOn[name] ?? packageNames
}

/** SHA-256 per package over its sources, tests, assets and package.json; documentation does not count. */
export function packageDigests(names: readonly string[] = packageNames): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, digestOf(join(root, 'packages', name))]))
}

function digestOf(directory: string): string {
  const hash = createHash('sha256')
  for (const file of filesOf(directory)) {
    hash.update(`${relative(directory, file).split(sep).join('/')}\0`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

function filesOf(directory: string): string[] {
  const files = [join(directory, 'package.json')].filter(existsSync)
  for (const folder of ['src', 'test', 'assets']) {
    const path = join(directory, folder)
    if (!existsSync(path)) continue
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) files.push(join(entry.parentPath, entry.name))
    }
  }
  return files.sort()
}
