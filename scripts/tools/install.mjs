// Installs the workspace's dependencies from the lockfile, and skips that when nothing changed since.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory, root } from './find-tools.mjs'

const stampFile = join(cacheDirectory, 'installed')

/** `run(command, args, env, stdout)` answers an exit code. What pnpm prints goes to stderr: stdout is the task's. */
export async function installDependencies(tools, run) {
  const digest = installDigest(tools.node)
  const installed = existsSync(join(root, 'node_modules')) && existsSync(stampFile)
  if (installed && readFileSync(stampFile, 'utf8') === digest) return 0
  rmSync(stampFile, { force: true })
  console.error('[setup] installing dependencies from the lockfile')
  const args = ['install', '--frozen-lockfile', '--prefer-offline']
  const env = { ...tools.env, CI: 'true' } // Never ask: a changed store or an old modules folder is simply replaced.
  const code = await run('pnpm', args, env, process.stderr)
  if (code === 0) {
    mkdirSync(cacheDirectory, { recursive: true })
    writeFileSync(stampFile, digest)
  }
  return code
}

function installDigest(node) {
  const hash = createHash('sha256').update(node)
  const manifests = ['packages', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name, 'package.json')),
  )
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    const path = join(root, file)
    if (existsSync(path)) hash.update(file).update(readFileSync(path))
  }
  return hash.digest('hex')
}
