#!/usr/bin/env node
import { createTerminalIo } from './terminal-io.ts'
import { runCli } from './run-cli.ts'

process.exitCode = await runCli(process.argv.slice(2), createTerminalIo())
