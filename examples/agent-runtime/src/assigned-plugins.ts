import type { AssignedItem } from '@mothership/context-assembler'
import { readFile } from 'node:fs/promises'

/**
 * What this runtime's agent was assigned, first in the list first in context. A real runtime keeps the list in its
 * database and the text where its installer put it; here both come from the sample marketplace beside this folder.
 */
export async function assignedPlugins(): Promise<AssignedItem[]> {
  return [
    {
      kind: 'plugin',
      slug: 'sample-marketplace.sql-review',
      name: 'sql-review',
      version: '2.0.1',
      description: 'Reviews SQL queries and migrations for correctness, locking and slow plans.',
      tags: ['sql', 'postgresql', 'migrations', 'review'],
      counts: { skills: 1, agents: 1 },
      content: await skillText('sql-review', 'reviewing-sql'),
    },
    {
      kind: 'plugin',
      slug: 'sample-marketplace.meeting-minutes',
      name: 'meeting-minutes',
      version: '1.2.0',
      description: 'Writes minutes with decisions, action items and open questions.',
      tags: ['meetings', 'minutes', 'notes'],
      counts: { skills: 1, commands: 1 },
      content: await skillText('meeting-minutes', 'writing-minutes'),
    },
    {
      kind: 'plugin',
      slug: 'sample-marketplace.flashcards',
      name: 'flashcards',
      version: '0.8.0',
      description: 'Makes flashcards and runs short practice sessions.',
      tags: ['learning', 'flashcards', 'study'],
      counts: { skills: 2 },
      content: await skillText('flashcards', 'making-flashcards'),
    },
  ]
}

async function skillText(plugin: string, skill: string): Promise<{ path: string; text: string }[]> {
  const path = `skills/${skill}/SKILL.md`
  const file = new URL(`../../sample-marketplace/plugins/${plugin}/${path}`, import.meta.url)
  return [{ path, text: await readFile(file, 'utf8') }]
}
