import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { type CliIo, UsageError } from './cli-io.ts'

/** The real terminal: standard streams, the process's environment and clock. */
export function createTerminalIo(): CliIo {
  return {
    environment: process.env,
    directory: process.cwd(),
    now: () => new Date(),
    print: (line) => void process.stdout.write(`${line}\n`),
    warn: (line) => void process.stderr.write(`${line}\n`),
    askSecret,
  }
}

/** Reads one line without echoing it. */
function askSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UsageError(
      'expected a passphrase in MOTHERSHIP_KEY_PASSPHRASE or --passphrase-file, got neither and no terminal to ask at',
    )
  }
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  return new Promise((resolve) => {
    lines.question('', (answer) => {
      lines.close()
      process.stderr.write('\n')
      resolve(answer)
    })
  })
}
