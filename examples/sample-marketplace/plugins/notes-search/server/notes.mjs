// Searches and reads Markdown files below one folder, and nothing outside it.
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'

const maxNoteBytes = 1024 * 1024 // A longer file is no note.
const maxNotes = 20_000
const maxAnswer = 100_000

export async function searchNotes(directory, query, limit = 5) {
  const words = [...new Set(String(query ?? '').toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [])]
  if (words.length === 0) throw new Error('query: expected at least one word of two letters')
  const hits = []
  for (const path of await listNotes(directory)) {
    const content = await readFile(join(directory, path), 'utf8')
    const score = scoreOf(path, content, words)
    if (score > 0) hits.push({ path, score, lines: matchingLines(content, words) })
  }
  hits.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
  if (hits.length === 0) return `nothing found for: ${words.join(' ')}`
  return hits
    .slice(0, Math.min(Math.max(Math.trunc(Number(limit)) || 5, 1), 20))
    .map((hit) => [hit.path, ...hit.lines.map((line) => `  ${line}`)].join('\n'))
    .join('\n')
}

export async function readNote(directory, path) {
  if (typeof path !== 'string' || !path.endsWith('.md')) throw new Error('path: expected the path of an .md file')
  const root = await realpath(directory)
  const file = await realpath(resolve(root, path)).catch(() => undefined)
  // The real path is compared, so neither `..` nor a link leads outside.
  if (file === undefined || !file.startsWith(root + sep)) throw new Error('there is no such note in the folder')
  if ((await stat(file)).size > maxNoteBytes) throw new Error('the note is larger than 1 MiB')
  const content = await readFile(file, 'utf8')
  return content.length <= maxAnswer ? content : `${content.slice(0, maxAnswer)}\n[cut after ${maxAnswer} characters]`
}

async function listNotes(directory) {
  const notes = []
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.md')) continue
    const file = join(entry.parentPath ?? entry.path, entry.name)
    if ((await stat(file)).size <= maxNoteBytes) notes.push(relative(directory, file))
    if (notes.length === maxNotes) break
  }
  return notes
}

/** A word in the path counts five times, in a heading three times, in the text once per line up to five. */
function scoreOf(path, content, words) {
  const place = path.toLowerCase()
  const lines = content.toLowerCase().split('\n')
  let score = 0
  let found = 0
  for (const word of words) {
    let own = place.includes(word) ? 5 : 0
    let plain = 0
    for (const line of lines) {
      if (!line.includes(word)) continue
      if (line.startsWith('#')) own += 3
      else plain += 1
    }
    own += Math.min(plain, 5)
    if (own > 0) found += 1
    score += own
  }
  return score * found // Notes that hold all the words come before those that repeat one.
}

function matchingLines(content, words) {
  const lines = []
  for (const [index, line] of content.split('\n').entries()) {
    if (!words.some((word) => line.toLowerCase().includes(word))) continue
    lines.push(`${index + 1}: ${line.trim().slice(0, 200)}`)
    if (lines.length === 3) break
  }
  return lines
}
