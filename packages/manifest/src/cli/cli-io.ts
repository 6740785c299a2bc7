import type { KeyFileCost } from '../crypto/key-file.ts'

/** What a command needs of the world around it; a test hands in its own. */
export interface CliIo {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly directory: string
  /** Cost of new key files; absent means the default. */
  readonly keyFileCost?: KeyFileCost
  now(): Date
  /** One line to the terminal's standard output. */
  print(line: string): void
  /** One line to standard error. */
  warn(line: string): void
  /** Asks for a secret without showing it; rejects where nobody can be asked. */
  askSecret(question: string): Promise<string>
}

/** What a command answers: its result as data, and how people read it. */
export interface CommandResult {
  /** 0 done and good, 1 refused or not good. */
  exitCode: 0 | 1
  /** Printed with `--json`. */
  data: unknown
  /** Printed otherwise. */
  lines: string[]
}

/** The arguments of one command, as `node:util` parsed them. */
export interface CommandArguments {
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, string | boolean | undefined>>
}

/** One command of the program. */
export interface Command {
  readonly name: string
  readonly usage: string
  readonly summary: string
  /** Options that take a value, and those that do not. */
  readonly options: Readonly<Record<string, 'text' | 'flag'>>
  run(args: CommandArguments, io: CliIo): Promise<CommandResult>
}

/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

/** A value option that was given, as text. */
export function textOption(args: CommandArguments, name: string): string | undefined {
  const value = args.values[name]
  return typeof value === 'string' ? value : undefined
}

/** The argument at a place, or a usage error that names it. */
export function requiredArgument(args: CommandArguments, index: number, what: string): string {
  const value = args.positionals[index]
  if (value === undefined) throw new UsageError(`expected ${what}, got nothing`)
  return value
}

/** A value option that must be given. */
export function requiredOption(args: CommandArguments, name: string): string {
  const value = textOption(args, name)
  if (value === undefined) throw new UsageError(`expected --${name}, got nothing`)
  return value
}
