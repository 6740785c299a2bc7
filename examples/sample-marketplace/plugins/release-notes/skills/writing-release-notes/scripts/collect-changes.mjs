// Prints one JSON line per commit between two revisions: hash, subject, group, breaking, files.
// Usage: node collect-changes.mjs <from> [<to>]      (in a git repository; <to> defaults to HEAD)
import { execFileSync } from 'node:child_process'

const [from, to = 'HEAD'] = process.argv.slice(2)
if (!from || from.startsWith('-') || to.startsWith('-')) {
  console.error('usage: node collect-changes.mjs <from> [<to>]')
  process.exit(2)
}

const groups = [
  ['security', /^security\b|\bCVE-\d{4}-\d+/i],
  ['new', /^(feat|add|introduce|support)\b/i],
  ['fixed', /^(fix|bugfix|repair|correct)\b/i],
  ['changed', /^(perf|change|rename|move|replace|deprecate|remove|drop)\b/i],
  ['internal', /^(chore|ci|test|tests|build|style|refactor|docs)\b/i],
]

const log = execFileSync(
  'git',
  ['log', '--no-merges', '--name-only', '--format=%x01%h%x02%s%x02%b%x02', `${from}..${to}`],
  { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
)

for (const record of log.split('\u0001').slice(1)) {
  const [hash, subject, body, names] = record.split('\u0002')
  const group = groups.find(([, pattern]) => pattern.test(subject))?.[0] ?? 'unsorted'
  const breaking = /^\w+(\([^)]*\))?!:/.test(subject) || /^BREAKING[ -]CHANGE:/m.test(body)
  const files = names.split('\n').filter((name) => name.trim() !== '').length
  console.log(JSON.stringify({ hash, subject, group, breaking, files }))
}
