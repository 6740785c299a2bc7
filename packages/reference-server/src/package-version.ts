import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { migrationsFolder } from './db/migrations-folder.ts'

/** Version of this package, from its package.json. */
export async function packageVersion(): Promise<string> {
  const packageFile = join(dirname(dirname(dirname(migrationsFolder()))), 'package.json')
  const manifest: unknown = JSON.parse(await readFile(packageFile, 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0.0.0'
}
