import { parseArgs } from 'node:util'
import { ManifestError } from '../errors.ts'
import { type CliIo, type Command, type CommandResult, UsageError } from './cli-io.ts'
import { convertCommand } from './commands/convert.ts'
import { diffCommand } from './commands/diff.ts'
import { initCommand } from './commands/init.ts'
import { inspectCommand } from './commands/inspect.ts'
import { keygenCommand } from './commands/keygen.ts'
import { packCommand } from './commands/pack.ts'
import { signCommand } from './commands/sign.ts'
import { validateCommand } from './commands/validate.ts'
import { verifyCommand } from './commands/verify.ts'

/** Every command, in the order of a publisher's work. */
export const commands: readonly Command[] = [
  initCommand,
  validateCommand,
  keygenCommand,
  packCommand,
  signCommand,
  verifyCommand,
  inspectCommand,
  convertCommand,
  diffCommand,
]

/**
 * Runs `mothership-manifest`. Exit codes: 0 done and good, 1 refused or not good, 2 wrong command line, 3 a file could not
 * be read or written.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const [name, ...rest] = argv
  const command = commands.find((each) => each.name === name)
  if (command === undefined) {
    const asked = name === undefined || name === 'help' || name === '--help' || name === '-h'
    for (const line of helpLines()) {
      if (asked) io.print(line)
      else io.warn(line)
    }
    return asked ? 0 : 2
  }
  const asJson = rest.includes('--json')
  try {
    const result = await runCommand(command, rest, io)
    print(result, asJson, io)
    return result.exitCode
  } catch (error) {
    return report(error, command, asJson, io)
  }
}

async function runCommand(
  command: Command,
  rest: readonly string[],
  io: CliIo,
): Promise<CommandResult> {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, json: 'flag', help: 'flag' }).map(([option, type]) => [
      option,
      { type: type === 'text' ? ('string' as const) : ('boolean' as const) },
    ]),
  )
  let parsed: { positionals: string[]; values: Record<string, string | boolean | undefined> }
  try {
    parsed = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true })
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : 'wrong arguments', { cause })
  }
  if (parsed.values['help'] === true) {
    return { exitCode: 0, data: { usage: command.usage }, lines: [command.usage, command.summary] }
  }
  return command.run(parsed, io)
}

function print(result: CommandResult, asJson: boolean, io: CliIo): void {
  if (asJson) io.print(JSON.stringify(result.data, null, 2))
  else for (const line of result.lines) io.print(line)
}

function report(error: unknown, command: Command, asJson: boolean, io: CliIo): number {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof UsageError) {
    io.warn(`${message}\nusage: ${command.usage}`)
    return 2
  }
  const known = error instanceof ManifestError
  if (asJson) {
    const details = known
      ? { code: error.code, issues: error.issues, ...ruleOf(error) }
      : { code: 'io' }
    io.print(JSON.stringify({ error: { message, ...details } }, null, 2))
  } else {
    io.warn(message)
    if (known)
      for (const issue of error.issues) io.warn(`  ${issue.path || '(document)'}: ${issue.message}`)
  }
  return known && !('rule' in error && error.rule === 'io') ? 1 : 3
}

function ruleOf(error: ManifestError): object {
  return 'rule' in error
    ? { rule: error.rule, ...('file' in error ? { file: error.file } : {}) }
    : {}
}

function helpLines(): string[] {
  return [
    'mothership-manifest <command> [options] [--json]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(10)} ${command.summary}`),
    '',
    'Exit codes: 0 good, 1 refused or not good, 2 wrong command line, 3 a file could not be read or written.',
    'Passphrases come from MOTHERSHIP_KEY_PASSPHRASE, --passphrase-file or a prompt, never from an argument.',
  ]
}
