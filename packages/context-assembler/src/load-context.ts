import type { AssembledContext, ContextWarning } from './assembled-context.ts'
import { assembleContext } from './assemble-context.ts'
import type { ContentManifest, ContentSource } from './content/content-source.ts'
import type { AssignedItem, ContentFile, ContextInput } from './context-input.ts'

/** Options of `loadContext`. */
export interface LoadOptions {
  readonly signal?: AbortSignal | undefined
  /** Called for each fault of the source; the answer goes on without what it could not have. */
  readonly onFault?: ((fault: ContentFault) => void) | undefined
}

/** Something a content source could not give. */
export interface ContentFault {
  readonly slug: string
  readonly path: string | undefined
  readonly error: unknown
}

/** More files than this of one item are not fetched: tier 2 shows about 2,000 tokens an item. */
const maxFetchedFiles = 32

/**
 * Fetches the content of the assigned items, then assembles. Items that bring their content are left as they are.
 * A fault of the source does not stop the answer: the item stands with its header, and a warning says so.
 */
export async function loadContext(
  input: ContextInput,
  source: ContentSource,
  options: LoadOptions = {},
): Promise<AssembledContext> {
  const faults: ContextWarning[] = []
  const noteFault = (fault: ContentFault): void => {
    options.signal?.throwIfAborted()
    const { slug, path } = fault
    faults.push({ code: 'content_missing', message: 'the content source failed', slug, path })
    options.onFault?.(fault)
  }
  const load = (items: readonly AssignedItem[] | undefined): Promise<AssignedItem[]> =>
    Promise.all((items ?? []).map((item) => withContent(item, source, options, noteFault)))
  const usesPlugins = (input.plugins ?? []).length > 0
  const plugins = await load(input.plugins)
  const skills = usesPlugins ? input.skills : await load(input.skills)
  const context = assembleContext({ ...input, plugins, skills })
  faults.sort((a, b) => compare(`${a.slug}/${a.path ?? ''}`, `${b.slug}/${b.path ?? ''}`))
  return { ...context, warnings: [...faults, ...context.warnings] }
}

async function withContent(
  item: AssignedItem,
  source: ContentSource,
  options: LoadOptions,
  noteFault: (fault: ContentFault) => void,
): Promise<AssignedItem> {
  if (item.content !== undefined) return item
  const key = { kind: item.kind, slug: item.slug, version: item.version ?? 'latest' }
  const attempt = async <T>(
    path: string | undefined,
    get: () => Promise<T>,
  ): Promise<T | undefined> => {
    try {
      return await get()
    } catch (error) {
      noteFault({ slug: item.slug, path, error })
      return undefined
    }
  }
  const manifest = await attempt<ContentManifest | undefined>(undefined, () =>
    source.getManifest(key, options),
  )
  const texts = await Promise.all(
    wantedPaths(manifest).map(async (path): Promise<ContentFile | undefined> => {
      const text = await attempt(path, () => source.getFile(key, path, options))
      if (text === undefined) return undefined
      return { path, text, sha256: manifest?.files?.find((file) => file.path === path)?.sha256 }
    }),
  )
  const content = texts.filter((file) => file !== undefined)
  return {
    ...item,
    tools: item.tools ?? manifest?.tools,
    files: item.files ?? manifest?.files,
    ...(content.length > 0 ? { content } : {}),
  }
}

/** The root SKILL.md; where the file list shows none, the SKILL.md files, else commands and agents. */
function wantedPaths(manifest: ContentManifest | undefined): readonly string[] {
  const paths = manifest?.files?.map((file) => file.path)
  if (!paths) return ['SKILL.md']
  const root = paths.find((path) => /^skill\.md$/i.test(path))
  if (root) return [root]
  const skills = paths.filter((path) => /\/skill\.md$/i.test(path))
  const wanted =
    skills.length > 0 ? skills : paths.filter((path) => /^(?:commands|agents)\/.*\.md$/i.test(path))
  return wanted.sort().slice(0, maxFetchedFiles)
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
