import type { AssignedItem, ContentFile } from '../context-input.ts'
import type { Scorer } from '../scoring/scorer.ts'
import { splitFrontmatter, type SplitDocument } from './frontmatter.ts'
import { ContextError } from '../errors.ts'

/** A file that may stand in tier 2, without its head. */
export interface ChosenFile {
  readonly file: ContentFile
  readonly body: string
}

/** The files of an item that speak to a task, best first, and those whose head was refused. */
export interface FileChoice {
  readonly chosen: readonly ChosenFile[]
  readonly refused: readonly { readonly path: string; readonly message: string }[]
}

/**
 * The root SKILL.md where there is one; else the SKILL.md files of the item's skills, ranked against the task;
 * else its commands and agents, ranked likewise.
 */
export function chooseFiles(item: AssignedItem, task: string, scorer: Scorer): FileChoice {
  const files = item.content ?? []
  const root = files.find((file) => /^(?:\.\/)?skill\.md$/i.test(file.path))
  if (root) return read([root])
  const skills = files.filter((file) => /(?:^|\/)skill\.md$/i.test(file.path))
  if (skills.length > 0) return ranked(skills, task, scorer)
  const parts = files.filter(
    (file) => /\.md$/i.test(file.path) && !notContent.test(file.path.split('/').pop()!),
  )
  return ranked(parts, task, scorer)
}

const notContent = /^(?:readme|claude|agents|changelog|license|notice|contributing)\b/i

function ranked(files: readonly ContentFile[], task: string, scorer: Scorer): FileChoice {
  const { chosen, refused, heads } = read(files)
  if (chosen.length < 2) return { chosen, refused }
  const items = chosen.map(({ file, body }, index) => ({
    id: String(index),
    name: heads[index]?.name ?? folderOf(file.path),
    slug: folderOf(file.path),
    description: heads[index]?.description,
    body,
  }))
  const order = scorer(items).rank(task)
  return { chosen: order.map(({ id }) => chosen[Number(id)]!), refused }
}

function read(files: readonly ContentFile[]): FileChoice & { heads: SplitDocument[] } {
  const chosen: ChosenFile[] = []
  const heads: SplitDocument[] = []
  const refused: { path: string; message: string }[] = []
  for (const file of files) {
    try {
      const head = splitFrontmatter(file.text)
      heads.push(head)
      chosen.push({ file, body: head.body })
    } catch (error) {
      if (!(error instanceof ContextError)) throw error
      refused.push({ path: file.path, message: error.message })
    }
  }
  return { chosen, refused, heads }
}

function folderOf(path: string): string {
  const parts = path.split('/')
  const file = parts.pop()!
  return /^skill\.md$/i.test(file) ? (parts.pop() ?? file) : file.replace(/\.md$/i, '')
}
