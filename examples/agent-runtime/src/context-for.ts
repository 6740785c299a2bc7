// #region readme
import { type AssembledContext, assembleContext } from '@mothership/context-assembler'
import { assignedPlugins } from './assigned-plugins.ts'

export async function contextFor(task: string): Promise<AssembledContext> {
  const context = assembleContext({
    persona: 'You are a careful engineer.',
    plugins: await assignedPlugins(), // slug, description, tags and the text of each SKILL.md
    task,
    maxPlugins: 1, // of these, the most relevant comes in full
    budget: { total: 3000 },
  })
  console.log(context.systemPrompt)
  console.log(
    `${context.tokenEstimate} tokens, left out: ${context.omitted.map((item) => item.slug)}`,
  )
  return context
}
// #endregion
