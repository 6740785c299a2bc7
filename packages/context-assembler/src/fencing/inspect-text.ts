import { removeHiddenCharacters, type HiddenCharacterCounts } from './hidden-characters.ts'
import { hasLookalikes } from './lookalikes.ts'
import { neutraliseMarkers } from './neutralise-markers.ts'

/** What `inspectText` can find. */
export type TextRisk =
  | 'hidden_characters'
  | 'fence_imitation'
  | 'role_markers'
  | 'overrides_instructions'
  | 'hides_from_user'
  | 'asks_for_secrets'
  | 'html_comment'
  | 'data_uri'
  | 'base64_block'
  | 'lookalike_letters'

/** One kind of risk in a text. */
export interface TextFinding {
  readonly risk: TextRisk
  /** `high`: no honest text needs it. `medium`: worth a look. `low`: common, and could hide something. */
  readonly severity: 'high' | 'medium' | 'low'
  readonly count: number
  /** Line of the first, from 1. */
  readonly line: number
  /** Beginning of the first, at most 80 visible characters. */
  readonly excerpt: string
}

/** What is suspicious about a text. An empty list means that nothing known was found, not that the text is safe. */
export interface TextInspection {
  readonly findings: readonly TextFinding[]
  readonly hidden: HiddenCharacterCounts
}

/**
 * Looks for what third-party text uses to mislead a model or its reader. Finds known shapes only: a text without
 * findings can still mislead.
 */
export function inspectText(text: string): TextInspection {
  const visible = removeHiddenCharacters(text)
  const findings: TextFinding[] = []
  if (visible.total > 0) {
    const { tag_characters, bidi } = visible.removed
    findings.push({
      risk: 'hidden_characters',
      severity: tag_characters + bidi > 0 ? 'high' : 'low',
      count: visible.total,
      line: firstDifference(text, visible.text),
      excerpt: '',
    })
  }
  const neutral = neutraliseMarkers(visible.text)
  const line = firstDifference(visible.text, neutral.text)
  if (neutral.fence > 0) {
    findings.push({
      risk: 'fence_imitation',
      severity: 'high',
      count: neutral.fence,
      line,
      excerpt: '',
    })
  }
  if (neutral.markers > 0) {
    findings.push({
      risk: 'role_markers',
      severity: 'medium',
      count: neutral.markers,
      line,
      excerpt: '',
    })
  }
  for (const { risk, severity, pattern } of patterns) {
    let count = 0
    let first: RegExpMatchArray | undefined
    for (const match of visible.text.matchAll(pattern)) {
      first ??= match
      count += 1
    }
    if (!first) continue
    findings.push({
      risk,
      severity,
      count,
      line: lineAt(visible.text, first.index ?? 0),
      excerpt: excerptOf(first[0]),
    })
  }
  const lookalike = visible.text
    .match(/[\p{L}\p{M}]+/gu)
    ?.find((word) => word.length > 2 && hasLookalikes(word))
  if (lookalike !== undefined) {
    const line = lineAt(visible.text, visible.text.indexOf(lookalike))
    findings.push({
      risk: 'lookalike_letters',
      severity: 'medium',
      count: 1,
      line,
      excerpt: excerptOf(lookalike),
    })
  }
  return { findings, hidden: visible.removed }
}

const patterns: readonly {
  readonly risk: TextRisk
  readonly severity: TextFinding['severity']
  readonly pattern: RegExp
}[] = [
  {
    risk: 'overrides_instructions',
    severity: 'high',
    pattern:
      /\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|system|other|your|all)\b[^.\n]{0,30}\b(?:instructions?|prompts?|rules?|guidelines?|directives?|messages?|safety)\b|\byou are (?:now|no longer) (?:in |an? |bound|restricted|dan\b)[^.\n]{0,60}|\b(?:reveal|print|repeat|output|show) (?:me )?(?:your|the) (?:system|hidden|initial) (?:prompt|instructions?)\b|\bignorier\w*\b[^.\n]{0,40}\banweisung\w*|\bignor\w+\b[^.\n]{0,30}\binstruc\w+ (?:anterior|previa|précéd|precedent)\w*/gi,
  },
  {
    risk: 'hides_from_user',
    severity: 'high',
    pattern:
      /\b(?:do not|don['’]t|never|without) (?:tell|telling|inform|informing|mention|mentioning|show|notify|notifying|reveal|alert)\b[^.\n]{0,40}\b(?:the )?(?:user|human|operator|owner)\b/gi,
  },
  {
    risk: 'asks_for_secrets',
    severity: 'high',
    pattern:
      /\b(?:send|post|upload|forward|exfiltrate|transmit|email|curl)\b[^.\n]{0,60}\b(?:api[ _-]?keys?|access tokens?|passwords?|credentials?|private keys?|secrets?|\.env\b|ssh keys?|seed phrase)\b[^.\n]{0,60}\b(?:to|https?:)/gi,
  },
  { risk: 'html_comment', severity: 'medium', pattern: /<!--[\s\S]{0,4000}?(?:-->|$)/g },
  {
    risk: 'data_uri',
    severity: 'medium',
    pattern: /\bdata:[a-z]{2,20}\/[a-z0-9.+-]{1,60}[;,][^\s)"'>]{0,200}/gi,
  },
  {
    risk: 'base64_block',
    severity: 'low',
    pattern: /(?<![A-Za-z0-9+/])(?=[A-Za-z/+]{0,60}\d)[A-Za-z0-9+/]{120,}={0,2}/g,
  },
]

function lineAt(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1))
    line += 1
  return line
}

function firstDifference(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  return lineAt(a, at)
}

function excerptOf(found: string): string {
  return Array.from(found.replaceAll(/\s+/g, ' ')).slice(0, 80).join('')
}
