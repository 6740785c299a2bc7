import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

export interface PackedPackage {
  name: string
  directory: string
  tarball: string
  /** package.json as it is published. */
  manifest: PublishedManifest
  /** Paths in the tarball, from the package's root. */
  files: readonly string[]
}

export interface PublishedManifest {
  name: string
  version: string
  exports: Record<string, string | { types?: string; default?: string }>
  bin?: Record<string, string>
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

/** Builds all packages with their declarations and packs them into the directory. */
export function packPackages(outDirectory: string): PackedPackage[] {
  runNode(['scripts/build.mjs', '--quiet'])
  const names = readdirSync(join(root, 'packages'))
  runNode(['node_modules/typescript/bin/tsc', '-b', ...names.map((name) => `packages/${name}`)])
  return names.map((name) => {
    const directory = join(root, 'packages', name)
    pnpm(directory, ['pack', '--pack-destination', outDirectory])
    const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
      version: string
    }
    const tarball = join(outDirectory, `mothership-${name}-${version}.tgz`)
    const manifest = JSON.parse(fileIn(tarball, 'package.json')) as PublishedManifest
    const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean)
      .map((path) => path.replace(/^package\//, ''))
    return { name: manifest.name, directory, tarball, manifest, files }
  })
}

export function fileIn(tarball: string, path: string): string {
  return execFileSync('tar', ['-xzOf', tarball, `package/${path}`], { encoding: 'utf8' })
}

/** Runs pnpm without what an npm around it may have put into the environment. */
export function pnpm(cwd: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('pnpm', args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    env: { ...process.env, CI: 'true', NODE_OPTIONS: '' },
  })
  if (status !== 0) throw new Error(`pnpm ${args.join(' ')} failed:\n${stdout}\n${stderr}`)
  return stdout
}

function runNode(args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`node ${args.join(' ')} failed:\n${stdout}\n${stderr}`)
}
