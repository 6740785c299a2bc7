import { it } from 'vitest'
import { checkHostileInputs } from './check-hostile.ts'

it('[TX2][TX3][TX5][TX6][TX7][TX12] holds its sections, its budget and its bytes over 200,000 hostile inputs', () => {
  for (let part = 0; part < 20; part += 1) checkHostileInputs(10_000, 7_000 + part)
})
