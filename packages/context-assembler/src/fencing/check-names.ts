import type { AssignedItem } from '../context-input.ts'
import type { Findings } from '../layout/findings.ts'
import type { OpenAiTool } from '../tools/tool-formats.ts'
import { hasLookalikes, skeletonOf } from './lookalikes.ts'

/** Flags names written with look-alike letters, and names that cannot be told apart by eye. Ids are ASCII already. */
export function checkNames(
  items: readonly AssignedItem[],
  tools: readonly OpenAiTool[],
  findings: Findings,
): void {
  const owners = new Map<string, string>()
  for (const { name, slug } of items) {
    if (name.split(/\s+/).some(hasLookalikes)) {
      findings.add(
        'lookalike_name',
        `the name of ${slug} is written with letters that look like others`,
        { slug },
      )
    }
    const skeleton = skeletonOf(name)
    const owner = owners.get(skeleton)
    if (owner !== undefined && owner !== slug) {
      findings.add('name_conflict', `the name of ${slug} looks like that of ${owner}`, { slug })
    } else owners.set(skeleton, slug)
  }
  const toolOwners = new Map<string, string>()
  for (const { function: tool } of tools) {
    const skeleton = skeletonOf(tool.name)
    const other = toolOwners.get(skeleton)
    if (other === undefined) toolOwners.set(skeleton, tool.name)
    else
      findings.add('lookalike_name', `tool ${tool.name} looks like ${other}`, {
        path: `tool:${tool.name}`,
      })
  }
}
