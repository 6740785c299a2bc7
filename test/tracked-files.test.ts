import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkLockfile } from '../scripts/steps/checks.ts'

const root = join(import.meta.dirname, '..')
const largestBytes = 1024 * 1024
/** Files that may be larger, each with the reason why. */
const mayBeLarger: Record<string, string> = {
  'packages/context-assembler/src/scoring/word-vector-table.json':
    'the word vectors that the default scorer can be given',
}

// Written in pieces, so that this file does not hold what it looks for.
const forbidden: [what: string, pattern: string][] = [
  [
    'a path of one machine',
    String.raw`(^|[^A-Za-z0-9_.-])/(work|tmp/bash_jobs|tmp/tools\.sh)([/.]|$)`,
  ],
  [
    'the host of a package registry',
    ['registry', '(npmjs|yarnpkg|npmmirror)'].join(String.raw`\.`),
  ],
  ['a registry setting', ['_auth', 'Token='].join('')],
]

const ownRegistry = process.env['npm_config_registry']
if (ownRegistry) {
  const { hostname } = new URL(ownRegistry)
  forbidden.push(["the host of this machine's registry", hostname.replaceAll('.', String.raw`\.`)])
}

describe('the tracked files', () => {
  const isRepository = git('rev-parse', '--is-inside-work-tree').status === 0
  const noRepository = 'these files are no git repository'

  it.each(forbidden)('hold nowhere %s', (_what, pattern) => {
    expect.assertions(1)
    // Answers 1 when nothing is found; outside a repository it looks at all files but the ignored ones.
    const args = isRepository ? [] : ['--no-index', '--exclude-standard']
    const { stdout } = git('grep', ...args, '-n', '-E', '-e', pattern, '--', '.')
    expect(stdout).toBe('')
  })

  it('are small', ({ skip }) => {
    skip(!isRepository, noRepository)
    const files = git('ls-files', '-z').stdout.split('\0').filter(Boolean)
    const large = files.filter((file) => {
      const path = join(root, file)
      return existsSync(path) && statSync(path).size > largestBytes && !(file in mayBeLarger)
    })
    expect(large).toEqual([])
  })
})

describe('the lockfile', () => {
  it('names no place to download from', () => {
    expect(checkLockfile()).toEqual([])
  })

  it.each([
    ['a registry', "    resolution: {integrity: x, tarball: 'https://registry.example/a.tgz'}"],
    ['a tarball', '    resolution: {tarball: a.tgz}'],
    ['a repository', '    resolution: {repo: git://example.com/a.git}'],
  ])('is refused when it names %s', (_what, line) => {
    expect(checkLockfile(`lockfileVersion: 9\n${line}\n`)).toHaveLength(1)
  })
})

function git(...args: string[]): { status: number | null; stdout: string } {
  return spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
}
