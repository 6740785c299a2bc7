import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'

const server = createServer((request, response) => {
  const file = join(String(workerData), basename(request.url ?? ''))
  response.setHeader('content-length', statSync(file).size)
  createReadStream(file, { highWaterMark: 256 * 1024 }).pipe(response)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
  parentPort?.postMessage(typeof address === 'object' ? address?.port : 0)
})
