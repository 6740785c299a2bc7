import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Vectors and data nobody of this project made lie beside the repository; without them their tests are skipped. */
const shared = fileURLToPath(new URL('../../../../shared', import.meta.url))

/** Why a test over shared data is skipped, or undefined when it can run. */
export function missingShared(...path: string[]): string | undefined {
  const place = join(shared, ...path)
  return existsSync(place) ? undefined : `no shared data at ../shared/${path.join('/')}`
}

export function sharedPath(...path: string[]): string {
  return join(shared, ...path)
}

export function readShared(...path: string[]): Buffer {
  return readFileSync(join(shared, ...path))
}

export function readSharedJson<Value>(...path: string[]): Value {
  return JSON.parse(readShared(...path).toString('utf8')) as Value
}

export function listShared(...path: string[]): string[] {
  return readdirSync(join(shared, ...path)).sort()
}
