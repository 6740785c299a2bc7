// The words of the marketplaces as sequences, and pairs of texts that speak of the same thing.
import { splitFrontmatter } from '../src/layout/frontmatter.ts'
import { splitWords } from '../src/scoring/text/split-words.ts'
import { stem } from '../src/scoring/text/stem.ts'
import { stopWords } from '../src/scoring/text/stop-words.ts'
import { readMarketplaces, type MarketplaceFile } from './read-marketplaces.ts'

/** A text that could be a task, and the text of the item it belongs to. */
export interface TextPair {
  readonly task: readonly string[]
  readonly item: readonly string[]
  /** Items with equal group are not each other's wrong answers. */
  readonly group: number
}

export interface Corpus {
  /** Distinct lines of prose as stems without stop words. */
  readonly lines: readonly (readonly string[])[]
  /** In how many documents a stem stands. */
  readonly documentCounts: ReadonlyMap<string, number>
  readonly archiveCounts: ReadonlyMap<string, number>
  readonly documents: number
  readonly pairs: readonly TextPair[]
}

export function readCorpus(folder: string): Corpus {
  const lines: string[][] = []
  const seen = new Set<string>()
  const documentCounts = new Map<string, number>()
  const archives = new Map<string, Set<string>>()
  const items = new Map<string, ItemText>()
  let documents = 0
  for (const file of readMarketplaces(folder)) {
    for (const item of itemsOf(file)) {
      const key = item.description.slice(0, 200).toLowerCase()
      if (!items.has(key)) items.set(key, item)
    }
    if (!/\.md$/i.test(file.path)) continue
    const words = new Set<string>()
    for (const line of prose(file.text)) {
      if (seen.has(line)) continue
      seen.add(line)
      const stems = stemsOf(line)
      if (stems.length < 2) continue
      lines.push(stems)
      for (const word of stems) words.add(word)
    }
    if (words.size < 20) continue
    documents += 1
    for (const word of words) {
      documentCounts.set(word, (documentCounts.get(word) ?? 0) + 1)
      let known = archives.get(word)
      if (!known) archives.set(word, (known = new Set()))
      known.add(file.archive)
    }
  }
  const archiveCounts = new Map([...archives].map(([word, set]) => [word, set.size]))
  const pairs = [...items.values()].flatMap((item, group) => pairsOf(item, group))
  for (const item of items.values()) lines.push(stemsOf(`${item.name} ${item.description}`))
  return { lines, documentCounts, archiveCounts, documents, pairs }
}

const stemCache = new Map<string, string>()

export function stemsOf(text: string): string[] {
  const stems: string[] = []
  for (const word of splitWords(text)) {
    if (stopWords.has(word) || word.length < 2 || /^\d+$/.test(word)) continue
    let stemmed = stemCache.get(word)
    if (stemmed === undefined) stemCache.set(word, (stemmed = stem(word)))
    stems.push(stemmed)
  }
  return stems
}

interface ItemText {
  readonly name: string
  readonly description: string
  readonly body: string
}

function itemsOf({ path, text }: MarketplaceFile): ItemText[] {
  if (/marketplace\.json$/i.test(path)) return listedPlugins(text)
  if (!/(?:^|\/)(?:skill\.md|(?:commands|agents)\/[^/]+\.md)$/i.test(path)) return []
  try {
    const { name, description, body } = splitFrontmatter(text)
    if (!description || description.length < 30) return []
    return [{ name: name ?? path.split('/').pop()!.replace(/\.md$/i, ''), description, body }]
  } catch {
    return [] // A head that the reader refuses teaches nothing.
  }
}

function listedPlugins(text: string): ItemText[] {
  let plugins: unknown
  try {
    plugins = (JSON.parse(text) as { plugins?: unknown }).plugins
  } catch {
    return [] // Not JSON: nothing listed.
  }
  if (!Array.isArray(plugins)) return []
  return plugins.flatMap(
    (plugin: { name?: unknown; description?: unknown; keywords?: unknown }) => {
      if (typeof plugin?.name !== 'string' || typeof plugin.description !== 'string') return []
      if (plugin.description.length < 30) return []
      const body = Array.isArray(plugin.keywords) ? `"${plugin.keywords.join(' ')}"` : ''
      return [{ name: plugin.name, description: plugin.description, body }]
    },
  )
}

/** Lines outside code blocks that are long enough to say something. */
function* prose(text: string): Generator<string> {
  let code = false
  for (const raw of text.split('\n')) {
    if (/^\s*(?:```|~~~)/.test(raw)) code = !code
    else if (!code) {
      const line = raw.trim()
      if (line.length >= 12 && line.length < 4000) yield line
    }
  }
}

/** Sentences that say when to use an item, quoted prompts and the body's beginnings, against name and description. */
function pairsOf({ name, description, body }: ItemText, group: number): TextPair[] {
  const pairs: TextPair[] = []
  const clean = description.replaceAll('\\n', ' ')
  const quoted = [...clean.matchAll(/"([^"]{12,200})"|'([^']{15,200})'/g)].map(
    (match) => match[1] ?? match[2]!,
  )
  const unquoted = clean.replaceAll(/<example>[\s\S]*|"[^"]{12,200}"|'[^']{15,200}'/g, ' ')
  const sentences = unquoted.split(/(?<=[.!?])\s+/)
  const uses = sentences.filter((sentence) =>
    /\b(?:use (?:when|this|for|it)|when the user|trigger|helps?)\b/i.test(sentence),
  )
  const rest = sentences.filter((sentence) => !uses.includes(sentence)).join(' ')
  const whole = stemsOf(`${name} ${unquoted}`)
  const add = (task: string, item: readonly string[]): void => {
    const stems = stemsOf(task).slice(0, 60)
    if (stems.length >= 3 && item.length >= 3) pairs.push({ task: stems, item, group })
  }
  for (const prompt of quoted.slice(0, 4)) add(prompt, whole)
  for (const use of uses.slice(0, 2)) add(use, stemsOf(`${name} ${rest}`))
  if (uses.length === 0 && sentences.length > 1)
    add(sentences.at(-1)!, stemsOf(`${name} ${sentences.slice(0, -1).join(' ')}`))
  if (sentences.length <= 1) add(unquoted, stemsOf(name))
  const spoken = [...body.matchAll(/(?:user:\s*)?"([^"\n]{20,200})"/gi)].map((match) => match[1]!)
  for (const prompt of spoken.slice(0, 3)) add(prompt, whole)
  const paragraphs = body
    .replaceAll(/```[\s\S]*?(?:```|$)/g, '')
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.length > 80 && /^[A-Z]/.test(paragraph))
  for (const paragraph of paragraphs.slice(0, 2)) add(paragraph, whole)
  return pairs
}
