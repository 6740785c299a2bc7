// Everything that is checked without running the code, each as one step.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../reports/report-files.ts'
import { runFunction, runTool } from './run-step.ts'
import type { StepResult } from './run-step.ts'

export function checkTypes(): Promise<StepResult> {
  return runTool('types', 'node_modules/typescript/bin/tsc', ['-b'])
}

/** The checks beside the types; they share nothing, so any number may run at once. */
export const otherChecks: readonly (() => Promise<StepResult>)[] = [
  () => runTool('lint', 'node_modules/oxlint/bin/oxlint', ['--deny-warnings']),
  () =>
    runTool('unused code', 'node_modules/knip/bin/knip.js', ['--no-progress', '--no-config-hints']),
  () => runTool('format', 'node_modules/oxfmt/bin/oxfmt', ['--check', '.']),
  () => runFunction('lockfile', checkLockfile),
  () => runFunction('generated files', checkGeneratedFiles),
]

/** The lockfile must install from whatever registry the machine is set to: it names none. */
export function checkLockfile(
  text: string = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'),
): string[] {
  return text.split('\n').flatMap((line, index) => {
    const found = /(?:https?|git|ssh):\/\/[^\s'"}]+|\btarball:/.exec(line)
    return found ? [`pnpm-lock.yaml:${index + 1}: names a place to download from: ${found[0]}`] : []
  })
}

/** Each `scripts/generate-*.mjs` writes a committed file, and with `--check` says whether that file is current. */
async function checkGeneratedFiles(): Promise<string[]> {
  const generators = readdirSync(join(root, 'scripts')).filter((name) =>
    /^generate-.*\.mjs$/.test(name),
  )
  const results = await Promise.all(
    generators.map((name) => runTool(name, `scripts/${name}`, ['--check'])),
  )
  return results.flatMap(({ name, ok, output }) => (ok ? [] : [`${name}: ${output}`]))
}
