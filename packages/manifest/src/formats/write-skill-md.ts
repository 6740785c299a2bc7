import { stringify } from 'yaml'
import type { DraftOf } from '../manifest/manifest.ts'
import { defined, filesOf, lossesOf, type WrittenFormat } from './conversion.ts'

/** Writes a skill's `SKILL.md` (or a command's file): attributes made from the manifest, then the given body. */
export function writeSkillMd(draft: DraftOf<'skill'>, body: string): WrittenFormat {
  const { content } = draft
  const losses = lossesOf(
    draft,
    ['name', 'description', 'license', 'version', 'metadata', 'source', 'optimization'],
    'SKILL.md',
  )
  const name = draft.slug.split('.').at(-1) ?? draft.slug
  if (draft.name !== name) losses.push(`name ${JSON.stringify(draft.name)} is written ${name}`)
  if (draft.description.length > 1024)
    losses.push('description is longer than the 1024 characters hosts read')
  const extra = defined({
    version: draft.version,
    author: draft.source?.original_author,
    category: draft.metadata?.category,
    tags: draft.metadata?.tags?.join(', '),
    homepage: draft.metadata?.homepage,
  })
  const attributes = defined({
    name,
    description: draft.description,
    license: draft.license,
    compatibility: content.compatibility,
    'allowed-tools': content.allowed_tools?.join(' '),
    when_to_use: content.when_to_use,
    'argument-hint': content.argument_hint,
    arguments: content.arguments,
    model: content.model,
    'user-invocable': content.user_invocable,
    'disable-model-invocation': content.disable_model_invocation,
    metadata: Object.keys(extra).length === 0 ? undefined : extra,
  })
  const text = `---\n${stringify(attributes, { lineWidth: 0 })}---\n\n${body.replace(/^\s+/, '')}`
  return { files: filesOf({ [content.instructions]: text }), losses }
}
