// The way in: `npm start`, `npm test`, `npm run demo` and the other tasks below.
// Runs under any Node from 16 on with nothing installed: finds Node and pnpm, installs, builds, runs the task.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { findTools, root } from './tools/find-tools.mjs'
import { installDependencies } from './tools/install.mjs'

/** What each task runs; `builds` says whether it wants the packages bundled first. */
const tasks = {
  start: {
    builds: true,
    args: [
      join('packages', 'reference-server', 'dist', 'main.js'),
      'serve',
      '--stop-with-parent', // a bootstrap that was killed outright takes its server with it
      '--import',
      join('examples', 'sample-marketplace'),
    ],
  },
  demo: { builds: true, args: [join('examples', 'demo', 'src', 'main.ts')] },
  bench: { builds: true, args: [join('scripts', 'bench.mjs')] },
  test: { builds: false, args: [join('scripts', 'test.mjs')] },
  'test:long': { builds: false, args: [join('scripts', 'test-long.mjs')] },
  requirements: { builds: false, args: [join('scripts', 'requirements.mjs')] },
  relevance: {
    builds: true,
    args: [join('packages', 'context-assembler', 'relevance', 'evaluate.ts')],
  },
  'relevance:train': {
    builds: true,
    args: [join('packages', 'context-assembler', 'relevance', 'train.ts')],
  },
}

const [taskName = 'start', ...rest] = process.argv.slice(2)
const task = tasks[taskName]
if (!task) {
  console.error(`unknown task "${taskName}"; known: ${Object.keys(tasks).join(', ')}`)
  process.exit(2)
}

let child
let stopSignal
const stop = (signal) => {
  stopSignal ??= signal
  if (child && child.exitCode === null && child.signalCode === null) child.kill(signal)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal))
// npm runs scripts under `sh -c` and a signal to npm may end the shell alone: watch for a changed parent.
const parent = process.ppid
setInterval(() => {
  if (process.ppid !== parent) stop('SIGTERM')
}, 500).unref()

function run(command, args, env, stdout = 'inherit') {
  if (stopSignal) return Promise.resolve(130)
  return new Promise((resolve) => {
    const shell = process.platform === 'win32' && command === 'pnpm'
    child = spawn(command, args, { cwd: root, stdio: ['inherit', stdout, 'inherit'], shell, env })
    child.on('error', (error) => {
      console.error(`cannot run ${command}: ${error.message}`)
      resolve(127)
    })
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}

async function main() {
  const tools = findTools()
  let code = await installDependencies(tools, run)
  if (code !== 0) return code
  if (task.builds) {
    code = await run(tools.node, [join('scripts', 'build.mjs'), '--quiet'], tools.env)
    if (code !== 0) return code
  }
  return run(tools.node, [...task.args, ...rest], tools.env)
}

process.exitCode = await main()
