import type { IncludedFile, OmittedItem } from '../assembled-context.ts'
import type { AssignedItem } from '../context-input.ts'
import { cutText } from '../budget/cut-text.ts'
import { sha256OfText } from '../digest/sha256.ts'
import { closeSection, fenceLine, fenceText, openSection, section } from '../fencing/fence-text.ts'
import type { Scorer } from '../scoring/scorer.ts'
import type { Tokenizer } from '../tokens/tokenizer.ts'
import { chooseFiles, type ChosenFile } from './choose-files.ts'
import { fillVariables } from './fill-variables.ts'
import type { Findings } from './findings.ts'
import { renderListing } from './render-listing.ts'

/** One item's section in tier 2. */
export interface TierTwoEntry {
  readonly text: string
  readonly tokens: number
  readonly cut: boolean
  readonly files: readonly IncludedFile[]
  readonly omitted: readonly OmittedItem[]
}

/** What rendering needs beside the item. */
export interface TierTwoOptions {
  readonly task: string
  readonly scorer: Scorer
  readonly tokenizer: Tokenizer
  readonly findings: Findings
}

/**
 * An item's content as tier 2 shows it: header, tools as `**name**: description`, the chosen files, the files that can
 * be asked for. With no content at hand the header stands alone. Answers `undefined` where not even that fits.
 */
export function renderTierTwo(
  item: AssignedItem,
  maxTokens: number,
  options: TierTwoOptions,
): TierTwoEntry | undefined {
  const { tokenizer, findings } = options
  const { chosen, refused } = chooseFiles(item, options.task, options.scorer)
  const { kind, slug, version } = item
  const omitted: OmittedItem[] = refused.map(({ path }) => ({
    kind,
    slug,
    tier: 2,
    reason: 'refused',
    path,
  }))
  for (const { path, message } of refused) findings.add('content_refused', message, { slug, path })
  if (chosen.length === 0 && refused.length === 0 && !item.tools?.length) {
    omitted.push({ kind, slug, tier: 2, reason: 'content_missing' })
    findings.add('content_missing', 'no content at hand; the header stands alone', { slug })
  }
  const open = openSection('content', { kind, slug, version })
  const header = `# ${cutText(fenceLine(item.name).text, 16, tokenizer, { words: true }).text || slug}`
  const compose = (parts: readonly string[]): string =>
    [open, [header, ...parts].join('\n\n'), closeSection('content')].join('\n')
  const parts: string[] = []
  const fits = (part: string): boolean => tokenizer.count(compose([...parts, part])) <= maxTokens
  if (tokenizer.count(compose([])) > maxTokens) return undefined

  let cut = false
  const tools = toolsText(item, findings)
  if (tools !== '') {
    const shown = cutText(tools, maxTokens - tokenizer.count(compose([])) - 4, tokenizer)
    if (shown.text !== '' && fits(shown.text)) parts.push(shown.text)
    cut ||= shown.cut
  }
  const listing = renderListing(item, new Set(chosen.map(({ file }) => file.path)), findings)
  const keepsListing = listing !== '' && fits(listing)
  const reserved = keepsListing ? tokenizer.count(listing) + 4 : 0

  const files: IncludedFile[] = []
  for (const candidate of chosen) {
    const room = maxTokens - tokenizer.count(compose(parts)) - reserved
    const shown = renderFile(
      candidate,
      item,
      room,
      options,
      (part) =>
        tokenizer.count(compose(keepsListing ? [...parts, part, listing] : [...parts, part])),
      maxTokens,
    )
    if (shown) {
      parts.push(shown.text)
      files.push(shown.file)
      cut ||= shown.file.cut
    } else {
      const path = candidate.file.path
      omitted.push({
        kind,
        slug,
        tier: 2,
        reason: 'over_budget',
        path,
        tokens: tokenizer.count(candidate.body),
      })
      cut = true
    }
  }
  if (keepsListing) parts.push(listing)
  const text = compose(parts)
  return { text, tokens: tokenizer.count(text), cut, files, omitted }
}

function renderFile(
  { file, body }: ChosenFile,
  item: AssignedItem,
  room: number,
  { tokenizer, findings }: TierTwoOptions,
  countWith: (part: string) => number,
  maxTokens: number,
): { text: string; file: IncludedFile } | undefined {
  const at = { slug: item.slug, path: file.path }
  const filled = fillVariables(body.trim(), item.variables)
  const fenced = fenceText(filled.text)
  const frame = (text: string): string => section('file', { path: file.path }, text)
  let left = room - tokenizer.count(frame('')) - 4
  while (left > 0) {
    const shown = cutText(fenced.text, left, tokenizer)
    if (shown.text === '') return undefined
    const missing = tokenizer.count(fenced.text) - shown.tokens
    const text = frame(
      shown.cut ? `${shown.text}\n\n[cut: about ${missing} more tokens in this file]` : shown.text,
    )
    const excess = countWith(text) - maxTokens
    if (excess <= 0) {
      findings.fenced(fenced, at)
      findings.inspected(shown.text, at)
      for (const name of filled.undeclared) {
        findings.add('undeclared_variable', `left \${${name}} as it is: not declared`, at)
      }
      if (shown.cut) findings.add('cut', `cut to ${shown.tokens} tokens`, at)
      const sha256 = file.sha256 ?? sha256OfText(file.text)
      return { text, file: { path: file.path, sha256, tokens: shown.tokens, cut: shown.cut } }
    }
    left -= excess
  }
  return undefined
}

function toolsText(item: AssignedItem, findings: Findings): string {
  if (!item.tools?.length) return ''
  const line = (text: string): string => {
    const fenced = fenceLine(text)
    findings.fenced(fenced, { slug: item.slug })
    return fenced.text
  }
  return item.tools
    .map((tool) => `- **${line(tool.name)}**: ${line(tool.description ?? '')}`.trimEnd())
    .join('\n')
}
