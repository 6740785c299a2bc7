import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ServerError } from '../errors.ts'

/**
 * Where the script of the API reference lies. In the published package it was copied to `dist/reference.js`
 * (`prepack`); in the workspace it is taken from the package it comes from.
 */
export function referenceScript(): string {
  const copied = packageFile('dist/reference.js')
  if (copied !== undefined) return copied
  try {
    const entry = fileURLToPath(import.meta.resolve('@scalar/api-reference'))
    return join(dirname(entry), 'browser', 'standalone.js')
  } catch (error) {
    throw new ServerError(
      'config_invalid',
      'the script of the API reference is missing: expected dist/reference.js in @mothership/reference-server; install the package again',
      { cause: error },
    )
  }
}

/** A file of this package, whether this code runs from `src/` or from a chunk in `dist/`. */
function packageFile(path: string): string | undefined {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory)
    if (parent === directory) return undefined
    directory = parent
  }
  const file = join(directory, path)
  return existsSync(file) ? file : undefined
}
