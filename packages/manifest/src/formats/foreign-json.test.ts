import { describe, expect, it } from 'vitest'
import type { FormatProblem } from './file-map.ts'
import { readForeignJson } from './foreign-json.ts'

function problemsOf(text: string): FormatProblem[] {
  const problems: FormatProblem[] = []
  const file = { bytes: new TextEncoder().encode(text), executable: false }
  expect(readForeignJson(new Map([['a.json', file]]), 'a.json', problems)).toBeUndefined()
  return problems
}

describe('readForeignJson', () => {
  it.each([
    ['a comma too many', '{\n  "a": 1,\n}', 3],
    ['a colon missing', '{\n  "a" 1\n}', 2],
    ['a name without quotes', '{\n\n a: 1}', 3],
    ['an end that never comes', '{\n  "a":\n', 2],
    ['a word cut short', '{\n  "a": tru\n}', 2],
    ['more behind the end', '{}\n\nx', 3],
  ])('names the line of %s', (_fault, text, line) => {
    expect(problemsOf(text)).toMatchObject([{ severity: 'error', file: 'a.json', line }])
  })
})
