// `npm run demo -- --marketplace PATH`: one real plugin goes the whole way, from a public marketplace to a prompt.
import { parseArgs } from 'node:util'
import { createProgress } from './progress.ts'
import { isTamper, type Tamper, tampers } from './tamper.ts'
import { walk, type WalkResult } from './walk.ts'

const usage = `Usage: npm run demo -- --marketplace PATH [options]

  --marketplace PATH   a directory or .tar.gz of a Claude plugin marketplace
  --plugin NAME        the plugin to follow (default: the first one that holds a SKILL.md)
  --task TEXT          what the agent is asked to do (default: made from the plugin's description)
  --tamper WHAT        ${tampers.join(' | ')}: shows where the attack is stopped (exit code 1)
  --json               print one JSON document instead of the steps
  --help               this text
`

async function main(): Promise<number> {
  const options = readOptions()
  if (options === undefined) return 2
  if (options.help) {
    process.stdout.write(usage)
    return 0
  }
  const progress = createProgress(options.json ? undefined : process.stdout)
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort(new Error('stopped by Ctrl-C')))
  process.once('SIGTERM', () => abort.abort(new Error('stopped by SIGTERM')))
  // A reader that went away (`| head`) ends the walk, and everything it started, in the ordinary way.
  process.stdout.on('error', (error) => abort.abort(error))

  let result: WalkResult | undefined
  let failure: Error | undefined
  try {
    result = await walk({ ...options, progress, signal: abort.signal })
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
  }
  const stoppedAt = progress.records.find((record) => !record.ok)?.name
  if (options.json) {
    const error = failure && { stopped_at: stoppedAt, name: failure.name, message: failure.message }
    process.stdout.write(
      `${JSON.stringify({ ok: !failure, steps: progress.records, ...result, error }, null, 2)}\n`,
    )
  } else if (failure) {
    process.stdout.write(`\nStopped at "${stoppedAt ?? 'start'}": ${failure.message}\n`)
  } else if (result) {
    printResult(result)
  }
  return failure ? 1 : 0
}

interface Options {
  readonly marketplace: string
  readonly plugin: string | undefined
  readonly task: string | undefined
  readonly tamper: Tamper | undefined
  readonly json: boolean
  readonly help: boolean
}

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        marketplace: { type: 'string' },
        plugin: { type: 'string' },
        task: { type: 'string' },
        tamper: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const { marketplace, plugin, task, tamper, json, help } = values
    if (!help && marketplace === undefined) throw new Error('--marketplace PATH is required')
    if (tamper !== undefined && !isTamper(tamper)) {
      throw new Error(`--tamper takes ${tampers.join(', ')}; got "${tamper}"`)
    }
    return { marketplace: marketplace ?? '', plugin, task, tamper, json, help }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return undefined
  }
}

function printResult(result: WalkResult): void {
  const line = '─'.repeat(72)
  process.stdout.write(`\n${line}\n${result.prompt}\n${line}\n`)
  process.stdout.write(`Task: ${result.task}\n`)
  process.stdout.write(`Prompt: about ${result.token_estimate} tokens\n`)
  process.stdout.write(`Went in: ${result.included.join(', ') || 'nothing'}\n`)
  process.stdout.write(`Left out: ${result.omitted.length === 0 ? 'nothing' : ''}\n`)
  for (const { what, reason } of result.omitted) process.stdout.write(`  ${what}: ${reason}\n`)
}

process.exitCode = await main()
