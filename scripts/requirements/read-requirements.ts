// Reads `docs/requirements.md`: one table row per promise or attack, `| id | text |`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../reports/report-files.ts'

export interface Requirement {
  id: string
  text: string
}

const id = String.raw`(?:T[MAICSX]|[AFCSMX])\d{1,3}`
const row = new RegExp(String.raw`^\| *(${id}) *\| *(.+?) *\|$`)
const citation = new RegExp(String.raw`\[(${id}(?:, ?${id})*)\]`, 'g')

export function readRequirements(
  markdown: string = readFileSync(join(root, 'docs', 'requirements.md'), 'utf8'),
): Requirement[] {
  return markdown.split('\n').flatMap((line) => {
    const [, found, text] = row.exec(line) ?? []
    return found && text ? [{ id: found, text: text.replaceAll('\\|', '|') }] : []
  })
}

/** The ids that a test's name claims to prove: `[A5]`, `[A5, TC8]`, `[A5] [TC8]`. */
export function idsIn(testName: string): string[] {
  return [...testName.matchAll(citation)].flatMap(([, ids = '']) => ids.split(/, ?/))
}
