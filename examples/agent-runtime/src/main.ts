// Prints the prompt for a task: `node examples/agent-runtime/src/main.ts "review this migration"`.
import { contextFor } from './context-for.ts'

const task = process.argv[2] ?? 'Review the SQL migration that adds a column to the orders table'
const context = await contextFor(task)

console.log(context.systemPrompt)
console.log()
console.log(`${context.tokenEstimate} tokens`)
for (const { slug, reason } of context.omitted) console.log(`left out: ${slug} (${reason})`)
