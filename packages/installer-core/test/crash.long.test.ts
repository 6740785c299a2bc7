import { describe, it } from 'vitest'
import {
  countCalls,
  failOnce,
  faults,
  loseDiskFrom,
  sweptActions,
  treeAfter,
} from './support/fault-sweep.ts'

describe.each(sweptActions)('a disk that fails during %s', (action) => {
  it.each(faults)('[TI4] [X6] ends as old or new at every call that answers %s', async (code) => {
    const after = await treeAfter(action)
    const calls = await countCalls(action)
    for (let failing = 1; failing <= calls; failing += 1) {
      await failOnce(action, failing, code, after)
    }
  })

  it('[TI3] [TI7] [X6] recovers wherever the disk was lost', async () => {
    const after = await treeAfter(action)
    const calls = await countCalls(action)
    for (let last = 1; last <= calls; last += 1) await loseDiskFrom(action, last, after)
  })
})
