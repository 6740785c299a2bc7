// A PreToolUse hook: reads the event from standard input and, when it is a `git commit`, looks at the added lines.
// Exit code 0 lets the command run; 2 stops it and shows standard error to the assistant.
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const maxFileBytes = 5 * 1024 * 1024 // Larger files belong into large-file storage or a release.

const rules = [
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ['a cloud access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a GitHub token', /\bgh[pousr]_[A-Za-z0-9]{36,}\b/],
  ['a Slack token', /\bxox[abprs]-[A-Za-z0-9-]{20,}/],
  ['a live payment key', /\b[sr]k_live_[A-Za-z0-9]{20,}\b/],
  ['a password in an address', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@$<{]{6,}@/i],
  ['a conflict marker', /^(?:<{7}|>{7}) /],
]

const event = readEvent()
const command = String(event?.tool_input?.command ?? '')
if (!/\bgit\b[^;&|]*\bcommit\b/.test(command)) process.exit(0)
const cwd = typeof event.cwd === 'string' ? event.cwd : process.cwd()

const findings = []
try {
  const root = git('rev-parse', '--show-toplevel').trim()
  inspectDiff(git('diff', '--cached', '--no-color', '--unified=0'))
  const names = git('diff', '--cached', '--name-only', '--diff-filter=AM', '-z').split('\0')
  // With `git add … && git commit` or `commit -a` the files are not staged yet.
  if (/\bgit\b[^;&|]*\badd\b/.test(command) || /\bcommit\b[^;&|]*\s(?:-[a-z]*a|--all\b)/.test(command)) {
    inspectDiff(git('diff', '--no-color', '--unified=0'))
    for (const name of git('ls-files', '--others', '--exclude-standard', '--full-name', '-z').split('\0')) {
      if (name === '') continue
      names.push(name)
      if (sizeOf(join(root, name)) <= maxFileBytes) inspectFile(name, readFileSync(join(root, name), 'utf8'))
    }
  }
  for (const name of new Set(names)) {
    if (name !== '' && sizeOf(join(root, name)) > maxFileBytes) findings.push(`${name}: larger than 5 MiB`)
  }
} catch (error) {
  console.error(`commit-guard could not look at the changes: ${error.message}`)
  process.exit(2)
}

if (findings.length > 0) {
  console.error('This commit would contain:')
  for (const finding of findings.slice(0, 20)) console.error(`  ${finding}`)
  if (findings.length > 20) console.error(`  and ${findings.length - 20} more`)
  console.error('Remove it, or ask the person you work for. A secret that was ever pushed must be replaced.')
  process.exit(2)
}

function inspectDiff(diff) {
  let file = ''
  let line = 0
  for (const text of diff.split('\n')) {
    if (text.startsWith('+++ ')) file = text.replace(/^\+\+\+ (?:b\/)?/, '')
    else if (text.startsWith('@@')) line = Number(text.match(/\+(\d+)/)?.[1] ?? 1)
    else if (text.startsWith('+')) inspectLine(file, line++, text.slice(1))
  }
}

function inspectFile(file, content) {
  for (const [index, text] of content.split('\n').entries()) inspectLine(file, index + 1, text)
}

function inspectLine(file, line, text) {
  for (const [what, pattern] of rules) {
    // The value itself is never printed: hook output ends up in transcripts.
    if (pattern.test(text.slice(0, 4096))) findings.push(`${file}:${line}: ${what}`)
  }
}

function sizeOf(path) {
  try {
    return statSync(path).size
  } catch {
    return 0 // Deleted in the meantime: nothing to commit.
  }
}

function git(...args) {
  return execFileSync('git', args, { cwd, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 })
}

function readEvent() {
  try {
    return JSON.parse(readFileSync(0, 'utf8'))
  } catch {
    return undefined // Not an event: nothing to guard.
  }
}
