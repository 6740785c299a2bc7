import { isJsonObject, type JsonValue } from '../json/json-value.ts'
import { isVersionRange } from '../manifest/version.ts'
import { asLine, textField } from './foreign-json.ts'
import { makeSlug } from './slug.ts'

/**
 * Reads a plugin's dependencies: `"name"`, `"name@marketplace"` or `{ name, marketplace, version }`. A marketplace becomes
 * the namespace; without one it is the plugin's own.
 */
export function dependenciesFrom(
  value: JsonValue | undefined,
  namespace: string,
  losses: string[],
): Record<string, string> | undefined {
  if (!Array.isArray(value)) return undefined
  const dependencies: Record<string, string> = {}
  for (const entry of value) {
    const dependency = readDependency(entry)
    if (dependency === undefined) {
      losses.push(`dependency ${asLine(JSON.stringify(entry), 80)} names no plugin`)
      continue
    }
    const { name, marketplace, version } = dependency
    if (version !== undefined && !isVersionRange(version)) {
      losses.push(
        `dependency ${asLine(name, 80)} asks for ${asLine(version, 40)}, which is no version range`,
      )
    }
    const range = version !== undefined && isVersionRange(version) ? version : '*'
    dependencies[`plugin:${makeSlug(marketplace ?? namespace, name)}`] = range
  }
  return Object.keys(dependencies).length === 0 ? undefined : dependencies
}

function readDependency(
  entry: JsonValue,
): { name: string; marketplace?: string; version?: string } | undefined {
  if (isJsonObject(entry)) {
    const name = textField(entry['name'])
    const marketplace = textField(entry['marketplace'])
    const version = textField(entry['version'])
    return name === undefined
      ? undefined
      : {
          name,
          ...(marketplace === undefined ? {} : { marketplace }),
          ...(version === undefined ? {} : { version }),
        }
  }
  const text = textField(entry)
  if (text === undefined) return undefined
  const [name = '', marketplace] = text.split('@')
  if (name === '') return undefined
  return marketplace === undefined || marketplace === '' ? { name } : { name, marketplace }
}
