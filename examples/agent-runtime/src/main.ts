// Prints the prompt for a task: `node examples/agent-runtime/src/main.ts "review this migration"`.
import { contextFor } from './context-for.ts'

await contextFor(
  process.argv[2] ?? 'Review the SQL migration that adds a column to the orders table',
)
