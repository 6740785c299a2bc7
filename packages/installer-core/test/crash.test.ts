import { describe, expect, it } from 'vitest'
import {
  countCalls,
  failOnce,
  faults,
  loseDiskFrom,
  sweptActions,
  treeAfter,
} from './support/fault-sweep.ts'

// Every tenth call here; the long tier takes all of them, with every error.
const step = 10

describe.each(sweptActions)('a disk that fails during %s', (action) => {
  it('[TI4] [X6] ends as old or new, and the answer says which', async () => {
    const after = await treeAfter(action)
    const calls = await countCalls(action)
    expect(calls).toBeGreaterThan(40)
    let turn = 0
    for (let failing = 3; failing <= calls; failing += step) {
      await failOnce(action, failing, faults[(turn += 1) % faults.length] ?? 'EIO', after)
    }
  })

  it('[TI3] [TI7] [X6] recovers when nothing could be put back', async () => {
    const after = await treeAfter(action)
    const calls = await countCalls(action)
    for (let last = 8; last <= calls; last += step) await loseDiskFrom(action, last, after)
  })
})
