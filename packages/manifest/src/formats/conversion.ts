import type { ManifestDraft } from '../manifest/manifest.ts'
import type { FileEntry, FileMap, FormatProblem } from './file-map.ts'

/** What reading a foreign document made. */
export interface Conversion<Draft extends ManifestDraft = ManifestDraft> {
  name: string
  draft: Draft
  /** What the source said and the draft cannot. */
  losses: string[]
  problems: FormatProblem[]
}

/** What writing a foreign document made. */
export interface WrittenFormat {
  files: FileMap
  /** What the manifest says and the format cannot. */
  losses: string[]
}

/** Puts JSON documents and texts into a file map, as files of mode 644. */
export function filesOf(documents: Readonly<Record<string, unknown>>): Map<string, FileEntry> {
  return new Map(
    Object.entries(documents).map(([path, value]) => {
      const text = typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`
      return [path, { bytes: new TextEncoder().encode(text), executable: false }]
    }),
  )
}

/** Names the fields of a manifest that a format has no place for. */
export function lossesOf(
  draft: ManifestDraft,
  carried: readonly string[],
  format: string,
): string[] {
  const always = ['schema_version', 'kind', 'slug', 'author_id', 'content']
  return Object.entries(draft)
    .filter(([key, value]) => !carried.includes(key) && !always.includes(key) && !isEmpty(value))
    .map(([key]) => `${key} has no place in ${format}`)
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

/** An object whose members are there or not, and never undefined. */
export type Defined<Value> = { [Key in keyof Value]?: Exclude<Value[Key], undefined> }

/** Leaves out what is undefined, so that written documents hold values only. */
export function defined<Value extends object>(value: Value): Defined<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Defined<Value>
}
