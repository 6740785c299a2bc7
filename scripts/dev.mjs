// `pnpm dev`: rebuilds what changed and starts the server again; arguments go to the server.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { root } from './reports/report-files.ts'
import { runTool } from './steps/run-step.ts'

const args = process.argv.slice(2)
const serve = args.length > 0 ? args : ['serve', '--import', join('examples', 'sample-marketplace')]

let server
let timer
let ended = false
let working = Promise.resolve()

// Editors write a file in several goes: wait until they are done.
const watcher = watch(join(root, 'packages'), { recursive: true }, (_event, file) => {
  if (!file || !/[\\/](src|assets)[\\/]/.test(file) || file.endsWith('.test.ts')) return
  clearTimeout(timer)
  timer = setTimeout(() => queue(restart), 150)
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => queue(end))
// A build that is stopped ends this process at once: the server goes with it.
process.on('exit', () => server?.kill('SIGTERM'))
queue(restart)

/** One thing at a time: a change during a build is built after it. */
function queue(task) {
  working = working.then(task)
}

async function restart() {
  if (ended) return
  const build = await runTool('build', 'scripts/build.mjs', ['--quiet'])
  console.error(build.output || '[dev] built')
  if (!build.ok) return // The server that runs goes on with what was built last.
  await stopServer()
  server = spawn(process.execPath, ['packages/reference-server/dist/main.js', ...serve], {
    cwd: root,
    stdio: 'inherit',
  })
}

async function stopServer() {
  if (!server || server.exitCode !== null || server.signalCode !== null) return
  const closed = once(server, 'close')
  server.kill('SIGTERM')
  await closed
}

async function end() {
  ended = true
  watcher.close()
  clearTimeout(timer)
  await stopServer()
}
