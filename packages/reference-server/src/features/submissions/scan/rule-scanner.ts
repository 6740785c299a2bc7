import type { Finding } from '@mothership/client/contract'
import type { TextFinding } from '@mothership/context-assembler'
import { type Manifest, parseFrontmatter } from '@mothership/manifest'
import { storableText } from '../../../text/storable-text.ts'
import { type BlockedPattern, defaultScanRules, type ScanRules } from './scan-rules.ts'
import type { Scanner, ScanInput } from './scanner.ts'

/**
 * A scanner that knows what to look for and nothing else: blocked patterns with file and line, text that hides or gives
 * orders, items that say too little. An empty answer means that nothing known was found.
 */
export function createRuleScanner(rules: ScanRules = defaultScanRules): Scanner {
  return {
    scan: async (input) => {
      const findings = [...checkQuality(input, rules)]
      for (const { path, text, isCode } of textsOf(input, rules)) {
        input.signal?.throwIfAborted()
        findings.push(...findBlocked(path, text, isCode, rules.blocked))
        findings.push(...(await findHidden(path, text, isCode)))
        if (findings.length >= maxFindings) break
      }
      return findings
    },
  }
}

/** As many as a reviewer reads; a file that is nothing but findings ends the scan of the others. */
const maxFindings = 500
/** Of one rule in one file: the eleventh tells nothing that the first ten did not. */
const maxPerRule = 10
/** A text that somebody wrote; longer ones are generated, and only the beginning is read. */
const maxTextBytes = 1_048_576

interface ScannedText {
  readonly path: string | null
  readonly text: string
  readonly isCode: boolean
}

function* textsOf({ manifest, files }: ScanInput, rules: ScanRules): Generator<ScannedText> {
  const texts = [manifest.name, manifest.description, manifest.long_description ?? '']
  yield { path: null, text: texts.join('\n'), isCode: false }
  for (const [path, { bytes, executable }] of files) {
    const ends = (names: readonly string[]): boolean =>
      names.some((name) => path.toLowerCase().endsWith(name))
    const isCode = ends(rules.code) || (executable && !ends(rules.prose))
    if (!isCode && !ends(rules.prose)) continue
    const beginning = bytes.subarray(0, maxTextBytes)
    if (beginning.includes(0)) continue // No text, whatever its name says.
    yield { path, text: new TextDecoder().decode(beginning), isCode }
  }
}

function findBlocked(
  file: string | null,
  text: string,
  isCode: boolean,
  blocked: readonly BlockedPattern[],
): Finding[] {
  return blocked.flatMap(({ rule, severity, pattern, message }) => {
    const found: Finding[] = []
    for (const { index } of text.matchAll(new RegExp(pattern, 'g'))) {
      found.push({
        severity: isCode || severity !== 'error' ? severity : 'warning',
        rule,
        message,
        file,
        line: file === null ? null : lineAt(text, index),
        excerpt: excerptAt(text, index),
      })
      if (found.length >= maxPerRule) break
    }
    return found
  })
}

/** Orders to a model matter in what a model reads; in code only characters that hide do. */
async function findHidden(file: string | null, text: string, isCode: boolean): Promise<Finding[]> {
  // Loaded at the first scan: a server that only reads has no use for it.
  const { inspectText } = await import('@mothership/context-assembler')
  return inspectText(text)
    .findings.filter(({ risk }) => !isCode || risk === 'hidden_characters')
    .map((finding) => ({
      severity: severityOf[finding.severity],
      rule: `text-${finding.risk.replaceAll('_', '-')}`,
      message: `${messageOf[finding.risk]} (${finding.count} in this text).`,
      file,
      line: file === null ? null : finding.line,
      ...(finding.excerpt === '' ? {} : { excerpt: storableText(finding.excerpt) }),
    }))
}

const severityOf: Readonly<Record<TextFinding['severity'], Finding['severity']>> = {
  high: 'error',
  medium: 'warning',
  low: 'info',
}

const messageOf: Readonly<Record<TextFinding['risk'], string>> = {
  hidden_characters: 'There are characters that nobody sees',
  fence_imitation: 'It imitates the fence that keeps third-party text apart',
  role_markers: 'It imitates the marks between the turns of a conversation',
  overrides_instructions: 'It tells a model to leave its instructions',
  hides_from_user: 'It tells a model to hide something from its user',
  asks_for_secrets: 'It asks for secrets to be sent somewhere',
  html_comment: 'A comment is read by a model and not by people',
  data_uri: 'There is data within an address',
  base64_block: 'There is a long block of encoded data',
  lookalike_letters: 'Letters of several alphabets are mixed in one word',
}

function* checkQuality({ manifest, files }: ScanInput, rules: ScanRules): Generator<Finding> {
  const about = (rule: string, severity: Finding['severity'], message: string): Finding => {
    return { severity, rule, message, file: null, line: null }
  }
  const { length } = manifest.description.trim()
  if (length < rules.minDescriptionLength) {
    yield about(
      'quality-description',
      'warning',
      `The description has ${length} characters; ${rules.minDescriptionLength} are expected, to tell what the item is for.`,
    )
  }
  if (manifest.kind !== 'skill') return
  if (!hasInstructions(manifest, files)) {
    yield about(
      'quality-instructions',
      'error',
      `The instructions are missing: ${manifest.content.instructions} is not there, or says nothing.`,
    )
  }
  const size = [...files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (size > rules.maxSkillBytes) {
    yield about(
      'quality-size',
      'warning',
      `The files have ${size} bytes; a skill is expected to have at most ${rules.maxSkillBytes}.`,
    )
  }
}

function hasInstructions(
  manifest: Extract<Manifest, { kind: 'skill' }>,
  files: ScanInput['files'],
): boolean {
  const file = files.get(manifest.content.instructions)
  if (file === undefined) return false
  const { body } = parseFrontmatter(new TextDecoder().decode(file.bytes.subarray(0, maxTextBytes)))
  return body.trim() !== ''
}

function lineAt(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) {
    line += 1
  }
  return line
}

/** The rest of the line, at most 80 characters of it. */
function excerptAt(text: string, index: number): string {
  const [line = ''] = text.slice(index, index + 80).split(/[\r\n]/, 1)
  return storableText(line)
}
