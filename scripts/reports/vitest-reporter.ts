// A vitest reporter that writes what the other scripts read: every test with its file, name, state and time.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, relative, sep } from 'node:path'
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'
import { root } from './report-files.ts'
import type { FileTime, TestEntry, TestState } from './report-files.ts'

/** The file to write is named by the environment, so that vitest's own options stay free for the user. */
export default class ReportWriter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly { message: string; stack?: string }[],
  ): void {
    const file = process.env['MOTHERSHIP_TEST_REPORT']
    if (!file) return
    const tests = modules.flatMap(entriesOf)
    const files = modules.map(timeOf)
    for (const error of unhandled) {
      tests.push(failure('(outside any test)', '(unhandled error)', error.message))
    }
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify({ files, tests }, null, 1)}\n`)
  }
}

function timeOf(module: TestModule): FileTime {
  const { collectDuration, duration } = module.diagnostic()
  return { file: pathOf(module), duration_ms: Math.round(collectDuration + duration) }
}

function pathOf(module: TestModule): string {
  return relative(root, module.moduleId).split(sep).join('/')
}

function entriesOf(module: TestModule): TestEntry[] {
  const file = pathOf(module)
  const entries = [...module.children.allTests()].map((test) => entryOf(file, test))
  for (const place of [module, ...module.children.allSuites()] as (TestModule | TestSuite)[]) {
    const [error] = place.errors()
    // A file that cannot be loaded and a hook that fails leave no failed test behind: they count as one.
    if (error) entries.push(failure(file, nameOf(place), error.message))
  }
  return entries
}

function entryOf(file: string, test: TestCase): TestEntry {
  const result = test.result()
  const note = result.state === 'skipped' ? result.note : undefined
  const meta = test.meta() as Record<string, unknown>
  return {
    file,
    name: test.fullName,
    state: stateOf(result.state),
    duration_ms: Math.round(test.diagnostic()?.duration ?? 0),
    ...(note ? { note } : {}),
    ...(Object.keys(meta).length > 0 ? { meta } : {}),
  }
}

/** A test that never ran (the run was stopped) proved nothing: it counts as skipped. */
function stateOf(state: 'passed' | 'failed' | 'skipped' | 'pending'): TestState {
  return state === 'pending' ? 'skipped' : state
}

function nameOf(place: TestModule | TestSuite): string {
  return place.type === 'module' ? '(loading the file)' : `${place.fullName} (hooks)`
}

function failure(file: string, name: string, note: string): TestEntry {
  return { file, name, state: 'failed', duration_ms: 0, note }
}
