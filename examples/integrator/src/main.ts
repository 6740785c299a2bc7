// Runs a mothership in a temporary directory until Ctrl-C: `node examples/integrator/src/main.ts [MARKETPLACE]`.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from './serve.ts'

const sample = fileURLToPath(new URL('../../sample-marketplace', import.meta.url))
const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])

const dataDirectory = await mkdtemp(join(tmpdir(), 'integrator-'))
try {
  await using server = await serve(dataDirectory, process.argv[2] ?? sample)
  const imported = await server.imported
  console.log(`${imported?.released} releases of ${imported?.name}`)
  await interrupted
} finally {
  await rm(dataDirectory, { recursive: true })
}
