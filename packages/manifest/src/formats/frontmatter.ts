import { parseYaml } from '../json/parse-yaml.ts'
import { isJsonObject } from '../json/json-value.ts'
import type { FormatProblem } from './file-map.ts'
import { readFrontmatterByColon } from './frontmatter-by-colon.ts'
import { readPlainFrontmatter } from './plain-frontmatter.ts'

/** A Markdown file with named attributes at its top. */
export interface Frontmatter {
  attributes: Record<string, unknown>
  /** What follows the attributes; the whole text where there are none. */
  body: string
  problems: FormatProblem[]
}

/**
 * Reads the attributes at the top of a Markdown file the way hosts do: leniently. Plain YAML first; where that is refused,
 * line by line at the first colon, so that a description survives what its author did not quote. Never throws; every defect
 * is a problem with its line.
 */
export function parseFrontmatter(text: string, file = ''): Frontmatter {
  const problems: FormatProblem[] = []
  const warn = (line: number, message: string): void => {
    problems.push({ severity: 'warning', file, line, message })
  }
  const block = findBlock(text, warn)
  if (block === undefined) return { attributes: {}, body: withoutMark(text), problems }
  const plain = readPlainFrontmatter(block.source)
  if (plain !== undefined) return { attributes: plain, body: block.body, problems }
  return { attributes: readYamlOrLines(block, warn), body: block.body, problems }
}

/** Attributes beyond this are no attributes: the largest real ones have 12 KiB. */
const maxBlockLength = 256 * 1024

interface Block {
  source: string
  body: string
  /** Line of the file on which `source` begins. */
  firstLine: number
}

type Warn = (line: number, message: string) => void

function findBlock(text: string, warn: Warn): Block | undefined {
  const clean = withoutMark(text)
  if (clean.length !== text.length)
    warn(1, 'expected plain UTF-8, got a byte order mark: save without it')
  const opening = openingMark.exec(clean)
  if (opening === null) {
    warn(1, 'expected attributes between two lines of ---, got none: add name and description')
    return undefined
  }
  const skippedLines = countLines(opening[1] ?? '')
  if ((opening[1] ?? '') !== '') {
    warn(1, 'expected --- on the first line, got blank space before it: remove that')
  }
  const start = opening[0].length
  closingMark.lastIndex = start
  const closing = closingMark.exec(clean)
  const end = closing?.index ?? unterminatedEnd(clean, start)
  if (closing === null) {
    warn(skippedLines + 1, 'expected a second line of --- after the attributes, got none: add it')
  }
  const source = clean.slice(start, end)
  if (source.length > maxBlockLength) {
    warn(
      skippedLines + 1,
      `expected at most ${maxBlockLength} characters of attributes, got more: shorten them`,
    )
    return undefined
  }
  const body = clean.slice(closing === null ? end : closingMark.lastIndex)
  return { source, body, firstLine: skippedLines + 2 }
}

const openingMark = /^(\s*)---[ \t]*(?:\r\n|\n|\r)/
const closingMark = /^---[ \t]*(?:\r\n|\n|\r|$)/gm

/** Without a closing line the attributes end at the first empty line or heading. */
function unterminatedEnd(text: string, start: number): number {
  const rest = /^(?:[ \t]*$|#)/m
  const found = rest.exec(text.slice(start))
  return found === null ? text.length : start + found.index
}

function readYamlOrLines(block: Block, warn: Warn): Record<string, unknown> {
  try {
    const value = parseYaml(block.source, { maxLength: maxBlockLength })
    if (isJsonObject(value)) return value
    if (value !== null) {
      warn(block.firstLine, 'expected named attributes, got other YAML: write them as name: value')
    }
    return {}
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be read'
    const line = /at line ([0-9]+)/.exec(reason)?.[1]
    warn(
      block.firstLine + Number(line ?? 1) - 1,
      `expected YAML, got attributes it refuses (read line by line instead): quote values with colons or brackets`,
    )
    return readFrontmatterByColon(block.source)
  }
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function countLines(text: string): number {
  return text.split('\n').length - 1
}
