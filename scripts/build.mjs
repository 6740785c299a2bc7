// Bundles every package to `dist/` with tsup, entries taken from its `exports` and `bin`; unchanged packages are skipped.
// `--types` also emits the declarations through the TypeScript build.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory, root } from './tools/find-tools.mjs'

const quiet = process.argv.includes('--quiet')
const types = process.argv.includes('--types')
const stampFile = join(cacheDirectory, 'built.json')

const stamps = readStamps()
const started = performance.now()
let built = 0
for (const directory of packageDirectories()) {
  const digest = sourceDigest(directory)
  if (stamps[directory] === digest && existsSync(join(root, directory, 'dist'))) continue
  await bundle(directory)
  stamps[directory] = digest
  built += 1
}
mkdirSync(cacheDirectory, { recursive: true })
writeFileSync(stampFile, `${JSON.stringify(stamps, null, 2)}\n`)
if (built > 0 || !quiet) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.error(`[build] bundled ${built} package${built === 1 ? '' : 's'} in ${seconds} s`)
}
if (types) {
  const tsc = spawnSync(
    process.execPath,
    [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'],
    {
      cwd: root,
      stdio: 'inherit',
    },
  )
  process.exitCode = tsc.status ?? 1
}

function packageDirectories() {
  return readdirSync(join(root, 'packages'))
    .map((name) => join('packages', name))
    .filter((directory) => existsSync(join(root, directory, 'package.json')))
}

async function bundle(directory) {
  const { build } = await import('tsup')
  const cwd = join(root, directory)
  const entry = entriesOf(JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')))
  if (Object.keys(entry).length === 0) return
  const here = process.cwd()
  process.chdir(cwd)
  try {
    rmSync(join(cwd, 'dist'), { recursive: true, force: true })
    // Declarations come from the TypeScript build; an old build record would make it think they are still there.
    rmSync(join(cacheDirectory, 'types', `${directory.split(/[\\/]/).pop()}.tsbuildinfo`), {
      force: true,
    })
    await build({
      config: false,
      entry,
      format: ['esm'],
      platform: 'node',
      target: 'node22',
      removeNodeProtocol: false, // `node:sqlite` has no other name
      dts: false,
      sourcemap: false, // the bundles are readable as they are, and half the size
      clean: false,
      silent: true,
      splitting: true,
      esbuildOptions: (options) => {
        options.absWorkingDir = cwd // esbuild keeps the folder it was loaded in
      },
      tsconfig: 'tsconfig.json',
      publicDir: existsSync(join(cwd, 'assets')) ? 'assets' : false,
    })
  } finally {
    process.chdir(here)
  }
}

/** Maps output names to sources: `exports` by their source condition, `bin` by the same path under `src`. */
function entriesOf(manifest) {
  const entry = {}
  for (const target of Object.values(manifest.exports ?? {})) {
    const source = target?.['@mothership/source']
    if (source) entry[source.replace(/^\.\/src\/|\.tsx?$/g, '')] = source
  }
  const bin = typeof manifest.bin === 'string' ? { bin: manifest.bin } : (manifest.bin ?? {})
  for (const file of Object.values(bin)) {
    const name = file.replace(/^\.\/dist\/|\.js$/g, '')
    entry[name] = `src/${name}.ts`
  }
  return entry
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'))
  } catch {
    return {} // No record, or a torn one: everything is built.
  }
}

function sourceDigest(directory) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'scripts', 'build.mjs')))
  for (const file of ['package.json', 'tsconfig.json']) {
    const path = join(root, directory, file)
    if (existsSync(path)) hash.update(readFileSync(path))
  }
  for (const folder of ['src', 'assets']) {
    const path = join(root, directory, folder)
    if (!existsSync(path)) continue
    const names = readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
    for (const name of names) hash.update(name).update(readFileSync(name))
  }
  return hash.digest('hex')
}
