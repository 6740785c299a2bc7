import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Environment } from '../scripts/reports/environment.ts'
import { enginesOf } from '../scripts/reports/environment.ts'
import type { TestEntry, TestReport } from '../scripts/reports/report-files.ts'
import { compareWithProved } from '../scripts/requirements/judge-proved.ts'
import { findUnknownIds, judgeRequirements } from '../scripts/requirements/judge-requirements.ts'
import type { Verdict } from '../scripts/requirements/judge-requirements.ts'
import { formatProved, parseProved } from '../scripts/requirements/proved-file.ts'
import { idsIn, readRequirements } from '../scripts/requirements/read-requirements.ts'

const spec = join(import.meta.dirname, '..', '..', 'shared', 'spec')

describe('docs/requirements.md', () => {
  const requirements = readRequirements()

  it('has each id once, and a text to each', () => {
    const ids = requirements.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(requirements.filter(({ text }) => text.length < 30)).toEqual([])
  })

  it('numbers each group without a gap', () => {
    const next: Record<string, number> = {}
    for (const { id } of requirements) {
      const group = id.replace(/\d+$/, '')
      next[group] = (next[group] ?? 0) + 1
      expect(id).toBe(`${group}${next[group]}`)
    }
  })

  it('holds every promise and attack of ../shared/spec and no other', ({ skip }) => {
    skip(!existsSync(spec), '../shared is missing')
    const text = ['FEATURES.md', 'THREATS.md'].map((file) => readFileSync(join(spec, file), 'utf8'))
    const ids = [...text.join('\n').matchAll(/^\| ([A-Z]{1,2}\d+) \|/gm)].map(([, id]) => id)
    expect(requirements.map(({ id }) => id)).toEqual(ids)
  })
})

describe('the names of tests', () => {
  it.each([
    ['one', '[A5] answers nothing when the mothership is down', ['A5']],
    ['two', 'suite > [TM10] [TM11] refuses it', ['TM10', 'TM11']],
    ['two at once', '[A5, TC8] keeps quiet', ['A5', 'TC8']],
    ['none that only looks like one', 'reads [x], [RFC8785], list[A] and B[A5', []],
  ])('cite %s', (_what, name, ids) => {
    expect(idsIn(name)).toEqual(ids)
  })

  it('may not cite an id that does not exist', () => {
    const report = reportOf('fast', [test('[A5] is fine'), test('[A99] is a slip')])
    expect(findUnknownIds([{ id: 'A5', text: '' }], [report])).toEqual([
      expect.stringContaining('names A99'),
    ])
  })
})

describe('a requirement', () => {
  it('is proved by a passing test', () => {
    expect(judge([reportOf('fast', [test('[A5] x')])])).toBe('proved')
  })

  it('is proved when the same test passes on one engine and is left out on another', () => {
    const tests = [test('[A5] x'), test('[A5] y on Redis', { state: 'skipped' })]
    expect(judge([reportOf('fast', tests)])).toBe('proved')
  })

  it.each<[string, TestEntry[]]>([
    ['no test', []],
    ['a skipped test', [test('[A5] x', { state: 'skipped' })]],
    ['a failing test', [test('[A5] x', { state: 'failed' })]],
    ['a failing test beside a passing one', [test('[A5] x'), test('[A5] y', { state: 'failed' })]],
    ['a test that names another', [test('[A6] x')]],
  ])('is not proved by %s', (_what, tests) => {
    expect(judge([reportOf('fast', tests)])).toBe('not proved')
  })

  it('is stale when the package behind its test has changed since', () => {
    const report = reportOf('long-client', [
      test('[A5] x', { file: 'packages/client/a.long.test.ts' }),
    ])
    expect(judge([report], { client: 'new', manifest: 'same' })).toBe('stale')
    expect(judge([report], { client: 'old', manifest: 'new' })).toBe('stale')
    expect(judge([report], { client: 'old', manifest: 'same', 'reference-server': 'new' })).toBe(
      'proved',
    )
  })

  it('is proved by a fresh test even when an older report is stale', () => {
    const old = reportOf('long-client', [test('[A5] x')], { client: 'older', manifest: 'same' })
    expect(judge([old, reportOf('fast', [test('[A5] y')])])).toBe('proved')
  })
})

describe('docs/requirements.proved', () => {
  it('is read as it was written', () => {
    const lines = [
      { id: 'A5', needs: [] },
      { id: 'TM6', needs: ['../shared'] },
      { id: 'X7', needs: ['../shared', 'Redis'], long: 'assembler' },
    ]
    expect(parseProved(formatProved(lines))).toEqual(lines)
  })

  it.each<[string, TestEntry[], RegExp]>([
    ['fails', [test('[A5] x', { state: 'failed' })], /"\[A5\] x" fails/],
    ['is skipped for no lack', [test('[A5] x', { state: 'skipped' })], /was skipped/],
    ['is gone', [], /no test names it/],
  ])('complains when the test of a listed id %s', (_what, tests, complaint) => {
    const { lost, excused } = compare([{ id: 'A5', needs: [] }], tests, [])
    expect(lost).toEqual([expect.stringMatching(complaint)])
    expect(excused).toEqual([])
  })

  it('says so, and does not complain, when only the environment was missing', () => {
    const skipped = [test('[A5] x on Redis', { state: 'skipped' })]
    const { lost, excused } = compare([{ id: 'A5', needs: [] }], skipped, ['Redis'])
    expect(lost).toEqual([])
    expect(excused).toEqual([expect.stringMatching(/A5: Redis is missing/)])
  })

  it('accepts that tests over ../shared are not even there without it', () => {
    const line = { id: 'A5', needs: ['../shared'] }
    expect(compare([line], [], ['../shared']).lost).toEqual([])
    expect(compare([line], [], ['Redis']).lost).toHaveLength(1)
  })

  it('complains about a failing test whatever is missing', () => {
    const failed = [test('[A5] x', { state: 'failed' })]
    expect(compare([{ id: 'A5', needs: ['Redis'] }], failed, ['Redis']).lost).toHaveLength(1)
  })

  it('leaves what the long tests prove to them', () => {
    const line = { id: 'A5', needs: [], long: 'client' }
    const { lost, excused } = compare([line], [], [], ['A5'])
    expect(lost).toEqual([])
    expect(excused).toEqual([expect.stringMatching(/npm run test:long -- client/)])
    expect(compare([line], [], [], ['A6']).lost).toHaveLength(1)
  })
})

describe('the engine a test runs on', () => {
  it.each<[string, string[]]>([
    ['the blob store on PostgreSQL > keeps bytes', ['PostgreSQL']],
    ['on postgres > keeps bytes', ['PostgreSQL']],
    ['the catalogue on embedded PostgreSQL > pages', ['embedded database']],
    ['on embedded > pages', ['embedded database']],
    ['on pglite > pages', ['embedded database']],
    ['the cache on Redis > forgets', ['Redis']],
    ['the gallery in a browser > has tabs', ['browser']],
    ['over ../shared vectors > verifies', ['../shared']],
    ['plain', []],
  ])('is told by its name (case %#)', (name, engines) => {
    expect(enginesOf(test(name))).toEqual(engines)
  })
})

function test(name: string, entry: Partial<TestEntry> = {}): TestEntry {
  const file = 'packages/client/src/none.test.ts'
  return { file, name, state: 'passed', duration_ms: 1, ...entry }
}

function reportOf(
  name: string,
  tests: TestEntry[],
  digests: Record<string, string> = { client: 'old', manifest: 'same' },
): TestReport {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  return { name, started_at: '', duration_seconds: 1, counts, digests, files: [], tests }
}

function judge(
  reports: TestReport[],
  digestsNow: Record<string, string> = { client: 'old', manifest: 'same' },
): Verdict['state'] | undefined {
  return judgeRequirements([{ id: 'A5', text: '' }], reports, digestsNow)[0]?.state
}

function compare(
  listed: Parameters<typeof compareWithProved>[0],
  tests: TestEntry[],
  missing: Environment['engine'][],
  longIds: string[] = [],
): ReturnType<typeof compareWithProved> {
  const digests = { client: 'old', manifest: 'same' }
  const verdicts = judgeRequirements([{ id: 'A5', text: '' }], [reportOf('fast', tests)], digests)
  const environment = missing.map((engine) => ({ engine, present: false, detail: 'not there' }))
  return compareWithProved(listed, verdicts, environment, new Set(longIds))
}
