// The ids that long tests name in their source: what they prove is known only after a long run, that they are there always.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listLongTests } from '../reports/list-long-tests.ts'
import { root } from '../reports/report-files.ts'
import { idsIn } from './read-requirements.ts'

export function readLongIds(): Set<string> {
  const files = listLongTests(['packages', 'examples', 'test'])
  return new Set(files.flatMap((file) => idsIn(readFileSync(join(root, file), 'utf8'))))
}
