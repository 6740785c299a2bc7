// `pnpm check`: types, lint, format, unused code, lockfile, generated files. Prints failures in full.
import { checkTypes, otherChecks } from './steps/checks.ts'
import { describeStep } from './steps/run-step.ts'

const results = await Promise.all(
  [checkTypes, ...otherChecks].map(async (check) => {
    const result = await check()
    console.log(describeStep(result))
    return result
  }),
)
const failed = results.filter(({ ok }) => !ok)
console.log(
  failed.length === 0
    ? `all ${results.length} checks passed`
    : `${failed.length} of ${results.length} checks failed: ${failed.map(({ name }) => name).join(', ')}`,
)
process.exitCode = failed.length === 0 ? 0 : 1
