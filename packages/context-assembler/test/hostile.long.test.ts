import { it } from 'vitest'
import { checkHostileInputs } from './check-hostile.ts'

// 200,000 in all, in parts with a seed each, so that a failure names its part.
for (let part = 1; part <= 20; part += 1) {
  it(`[TX2][TX3][TX5][TX6][TX7][TX12] holds its sections, its budget and its bytes over 10,000 hostile inputs, part ${part} of 20`, () => {
    checkHostileInputs(10_000, 7_000 + part)
  })
}
