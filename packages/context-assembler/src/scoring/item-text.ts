import type { AssignedItem } from '../context-input.ts'
import type { ScorableItem } from './scorer.ts'

/** An assigned item as a scorer sees it; its body is the root SKILL.md where none is given. */
export function scorableOf(item: AssignedItem): ScorableItem {
  const { name, slug, description, tags, use_cases, examples, skills, commands, locales } = item
  const body =
    item.body ?? item.content?.find((file) => /^(?:\.\/)?skill\.md$/i.test(file.path))?.text
  return {
    id: idOf(item),
    name,
    slug,
    description,
    tags,
    use_cases,
    examples,
    skills,
    commands,
    body,
    locales,
  }
}

/** What tells an item from all others of an assignment. */
export function idOf(item: Pick<AssignedItem, 'kind' | 'slug'>): string {
  return `${item.kind}:${item.slug}`
}
