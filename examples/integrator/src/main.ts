// Runs a mothership in a temporary directory until Ctrl-C: `node examples/integrator/src/main.ts [MARKETPLACE]`.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from './serve.ts'

const sample = fileURLToPath(new URL('../../sample-marketplace', import.meta.url))
const dataDirectory = await mkdtemp(join(tmpdir(), 'integrator-'))
const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])

const server = await serve(dataDirectory, process.argv[2] ?? sample)
await interrupted
await server.close()
await rm(dataDirectory, { recursive: true })
