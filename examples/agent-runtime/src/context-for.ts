// #region readme
import { type AssembledContext, assembleContext } from '@mothership/context-assembler'
import { assignedPlugins } from './assigned-plugins.ts'

export async function contextFor(task: string): Promise<AssembledContext> {
  return assembleContext({
    persona: 'You are a careful engineer.',
    plugins: await assignedPlugins(), // slug, description, tags and the text of each SKILL.md
    task,
    maxPlugins: 1, // all are named in the prompt; of these, the most relevant comes in full
    budget: { total: 3000 },
  })
}
// #endregion
