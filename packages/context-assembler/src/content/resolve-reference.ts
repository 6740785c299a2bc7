import { cutText } from '../budget/cut-text.ts'
import type { AssignedItem } from '../context-input.ts'
import { sha256OfText } from '../digest/sha256.ts'
import { ContextError } from '../errors.ts'
import { fenceText, section } from '../fencing/fence-text.ts'
import { fillVariables } from '../layout/fill-variables.ts'
import { estimator } from '../tokens/estimate-tokens.ts'
import type { Tokenizer } from '../tokens/tokenizer.ts'
import type { ContentSource } from './content-source.ts'

/** Options of `resolveReference`. */
export interface ReferenceOptions {
  /** Where the file comes from when the item does not bring it. */
  readonly source?: ContentSource | undefined
  /** Default 2,000. */
  readonly maxTokens?: number | undefined
  readonly tokenizer?: Tokenizer | undefined
  readonly signal?: AbortSignal | undefined
}

/** A file that the model asked for, fenced. */
export interface ResolvedReference {
  readonly path: string
  readonly text: string
  readonly tokens: number
  readonly cut: boolean
  readonly sha256: string
}

/**
 * Answers a request for one of the files that tier 2 named: its text, fenced and within `maxTokens`. Only files that
 * the item lists can be had, by their exact path.
 *
 * @throws ContextError `reference_not_found` where the item lists no such file or its text cannot be had.
 */
export async function resolveReference(
  item: AssignedItem,
  path: string,
  options: ReferenceOptions = {},
): Promise<ResolvedReference> {
  const { source, maxTokens = 2000, tokenizer = estimator, signal } = options
  const asked = path.trim().replace(/^\.\//, '')
  const file = item.content?.find((candidate) => candidate.path === asked)
  const listed = file !== undefined || item.files?.some((candidate) => candidate.path === asked)
  if (!listed) throw notFound(item, asked, 'is not among the files of the item')
  const key = { kind: item.kind, slug: item.slug, version: item.version ?? 'latest' }
  const text = file?.text ?? (await source?.getFile(key, asked, { signal }))
  if (text === undefined) throw notFound(item, asked, 'is listed, but its text cannot be had')
  const fenced = fenceText(fillVariables(text, item.variables).text)
  const frame = (body: string): string => section('file', { item: item.slug, path: asked }, body)
  let room = maxTokens - tokenizer.count(frame(''))
  for (;;) {
    const shown = cutText(fenced.text, room, tokenizer, { words: true })
    const framed = frame(shown.cut ? `${shown.text}\n\n[cut]` : shown.text)
    const tokens = tokenizer.count(framed)
    if (tokens <= maxTokens) {
      return {
        path: asked,
        text: framed,
        tokens,
        cut: shown.cut,
        sha256: file?.sha256 ?? sha256OfText(text),
      }
    }
    if (room <= 0) {
      throw new ContextError(
        'budget_too_small',
        `expected maxTokens to hold at least the frame of a file, ${tokens} tokens; came ${maxTokens}`,
      )
    }
    room -= Math.max(1, tokens - maxTokens)
  }
}

function notFound(item: AssignedItem, path: string, why: string): ContextError {
  const shown = JSON.stringify(path.slice(0, 120))
  return new ContextError(
    'reference_not_found',
    `${shown} of ${item.slug} ${why}; ask for a path that tier 2 names`,
  )
}
