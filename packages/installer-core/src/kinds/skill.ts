import type { AdapterItem, KindAdapter } from '../ports/kind-adapter.ts'
import { layoutRefused } from '../stages/prepare.ts'

/**
 * Agent Skills: one directory per skill with a SKILL.md at its root, under any directory a host reads skills from
 * (`.claude/skills`, `.agents/skills`, `.github/skills`, …).
 */
export const skillAdapter: KindAdapter = {
  kind: 'skill',
  async plan(item) {
    assertSkill(item)
    return { edits: [] }
  },
  async planRemoval() {
    return { edits: [] }
  },
}

function assertSkill(item: AdapterItem): void {
  if (item.manifest.kind !== 'skill') return
  const { instructions, invocation } = item.manifest.content
  const known = item.files.some((file) => file.path === instructions)
  // A command is a skill a person calls by name: its instructions may be any Markdown file.
  if (known && (invocation === 'command' || /^skill\.md$/i.test(instructions))) return
  throw layoutRefused(item.manifest, 'instructions', 'SKILL.md', 'is missing at its root')
}
