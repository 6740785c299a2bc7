import type { JsonObject } from '../json/json-value.ts'
import { isJsonObject } from '../json/json-value.ts'
import type { ManifestMetadata } from '../manifest/manifest.ts'
import { isVersion } from '../manifest/version.ts'
import { asLine, textField, textList } from './foreign-json.ts'

/**
 * Makes a semantic version of what a source calls one: itself, without `v`, or filled up to three numbers. What is none is
 * a loss, and the fallback stands in.
 */
export function versionFrom(value: unknown, fallback: string, losses: string[]): string {
  const text = typeof value === 'number' ? String(value) : textField(value)
  if (text === undefined) return fallback
  if (isVersion(text)) return text
  const [, major, minor = '0', patch = '0', rest = ''] =
    /^v?([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?((?:[-+][0-9A-Za-z.+-]+)?)$/.exec(text) ??
    []
  const completed =
    [major ?? '', minor, patch].map((part) => part.replace(/^0+(?=.)/, '')).join('.') + rest
  if (major !== undefined && isVersion(completed)) {
    losses.push(`version ${JSON.stringify(asLine(text, 60))} is written ${completed}`)
    return completed
  }
  losses.push(
    `version ${JSON.stringify(asLine(text, 60))} is no semantic version; ${fallback} stands in`,
  )
  return fallback
}

/** A description of at most 8,192 characters; longer ones are cut, which is a loss. */
export function descriptionFrom(text: string, losses: string[]): string {
  if (text.length <= 8192) return text
  losses.push(`description cut from ${text.length} to 8192 characters`)
  return `${text.slice(0, 8190).replace(/\p{Surrogate}$/u, '')}…`
}

/** The author of a source's entry: a name, or an object with one. */
export function authorFrom(value: unknown): string | undefined {
  const name = isJsonObject(value) ? textField(value['name']) : textField(value)
  return name === undefined ? undefined : asLine(name, 256)
}

/** An absolute web address; others are left out. */
export function webUrlFrom(value: unknown): string | undefined {
  const text = isJsonObject(value) ? textField(value['url']) : textField(value)
  return text !== undefined && text.length <= 2048 && /^https?:\/\/[^\s/$.?#][^\s]*$/i.test(text)
    ? text
    : undefined
}

/** Category, tags and addresses, from the fields sources commonly have. */
export function metadataFrom(source: JsonObject): ManifestMetadata | undefined {
  const category = textField(source['category'])
  const tags = [
    ...new Set([...textList(source['tags'] ?? []), ...textList(source['keywords'] ?? [])]),
  ].map((tag) => asLine(tag, 128))
  const homepage = webUrlFrom(source['homepage'])
  const repository = webUrlFrom(source['repository'])
  const documentation = webUrlFrom(source['documentationUrl'] ?? source['documentation'])
  const icon = textField(source['icon'])
  const metadata: ManifestMetadata = {
    ...(category === undefined ? {} : { category: asLine(category, 128) }),
    ...(tags.length === 0 ? {} : { tags: tags.slice(0, 128) }),
    ...(homepage === undefined ? {} : { homepage }),
    ...(repository === undefined ? {} : { repository }),
    ...(documentation === undefined ? {} : { documentation }),
    ...(icon === undefined ? {} : { icon: asLine(icon, 512) }),
  }
  return Object.keys(metadata).length === 0 ? undefined : metadata
}

/** One line of licence text. */
export function licenseFrom(value: unknown): string | undefined {
  const text = isJsonObject(value) ? textField(value['name'] ?? value['type']) : textField(value)
  return text === undefined ? undefined : asLine(text, 256)
}

/** Names the fields a draft does not carry, for the loss report. */
export function unknownFields(
  source: JsonObject,
  known: readonly string[],
  what: string,
): string[] {
  return Object.keys(source)
    .filter((key) => !known.includes(key))
    .map((key) => `${what} field ${JSON.stringify(asLine(key, 80))} is not carried`)
}
