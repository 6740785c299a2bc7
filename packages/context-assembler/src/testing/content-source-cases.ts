import type { ContentKey, ContentSource } from '../content/content-source.ts'
import { expectSame, type ConformanceCase } from './conformance-case.ts'

/** A source that holds one item with the files given, and nothing else. */
export interface ContentSourceSubject {
  readonly source: ContentSource
  readonly item: ContentKey
  /** Path to text; `SKILL.md` is one of them. */
  readonly files: Readonly<Record<string, string>>
}

/** What every `ContentSource` promises. */
export const contentSourceCases: readonly ConformanceCase<ContentSourceSubject>[] = [
  {
    name: 'gives each file as it is',
    async run(create) {
      const { source, item, files } = await create()
      for (const [path, text] of Object.entries(files)) {
        expectSame(await source.getFile(item, path), text, `getFile ${path}`)
      }
    },
  },
  {
    name: 'lists the files in the manifest',
    async run(create) {
      const { source, item, files } = await create()
      const manifest = await source.getManifest(item)
      const paths = (manifest?.files ?? []).map(({ path }) => path).sort()
      expectSame(paths, Object.keys(files).sort(), 'files of getManifest')
    },
  },
  {
    name: 'answers undefined for what is not there, and does not throw',
    async run(create) {
      const { source, item } = await create()
      expectSame(await source.getFile(item, 'no/such.md'), undefined, 'getFile of an unknown path')
      const other = { ...item, slug: 'no-such-item' }
      expectSame(await source.getManifest(other), undefined, 'getManifest of an unknown item')
      expectSame(await source.getFile(other, 'SKILL.md'), undefined, 'getFile of an unknown item')
    },
  },
  {
    name: 'gives nothing outside the item',
    async run(create) {
      const { source, item } = await create()
      for (const path of ['../SKILL.md', '/etc/hostname', '..\\SKILL.md', 'a/../../SKILL.md']) {
        const text = await source.getFile(item, path).catch(() => undefined)
        expectSame(text, undefined, `getFile ${path}`)
      }
    },
  },
]
