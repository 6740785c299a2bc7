// The ids that long tests name in their source: what they prove is known only after a long run, that they are there always.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../reports/report-files.ts'
import { idsIn } from './read-requirements.ts'

export function readLongIds(): Set<string> {
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name))
  const folders = packages.flatMap((name) => [join(name, 'src'), join(name, 'test')])
  const files = [...folders, 'test'].flatMap(listLongTests)
  return new Set(files.flatMap((file) => idsIn(readFileSync(file, 'utf8'))))
}

function listLongTests(folder: string): string[] {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.long.test.ts'))
    .map((file) => join(path, file))
}
