// The long tests below some folders, as paths from the repository's root with forward slashes.
import { existsSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { root } from './report-files.ts'

export function listLongTests(folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    if (!existsSync(join(root, folder))) return []
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.long.test.ts') && !file.includes('node_modules'))
      .map((file) => `${folder}/${file.split(sep).join('/')}`)
  })
}
