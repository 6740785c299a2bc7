// Finds a Node and a pnpm that can build this workspace, through npm when the machine's own are too old.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const cacheDirectory = join(root, '.cache')

const nodeVersion = readFileSync(join(root, '.nvmrc'), 'utf8').trim()
const pnpmVersion = /pnpm@([\d.]+)/.exec(
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager,
)[1]
const windows = process.platform === 'win32'
const foundFile = join(cacheDirectory, 'tools.json')

/**
 * Answers `{ node, env }`: the path of a fitting Node and an environment whose PATH finds it and pnpm first.
 * What npm had to fetch is remembered in `.cache/tools.json`, so that later runs need neither npm nor a network.
 */
export function findTools() {
  const env = withoutNpmVariables(process.env)
  const needsNode = !isFittingNode(process.versions.node)
  const needsPnpm = !isFittingPnpm(env)
  if (!needsNode && !needsPnpm) return { node: process.execPath, env }

  const remembered = readRemembered(needsNode, needsPnpm)
  const found = remembered ?? fetchThroughNpm(needsNode, needsPnpm, env)
  const node = needsNode ? found.node : process.execPath
  env.PATH = [dirname(node), ...found.path, env.PATH ?? env.Path ?? ''].join(delimiter)
  return { node, env }
}

function isFittingNode(version) {
  const [major, minor, patch] = version.split('.').map(Number)
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 2)
  if (major === 24) return minor >= 15
  return major >= 26
}

function isFittingPnpm(env) {
  const major = pnpmVersion.split('.')[0]
  const asked = spawnSync('pnpm', ['--version'], {
    cwd: root,
    encoding: 'utf8',
    shell: windows,
    env: { ...env, pnpm_config_pm_on_fail: 'ignore' },
  })
  return asked.status === 0 && new RegExp(`(^|\\n)${major}\\.\\d+\\.\\d+\\s*$`).test(asked.stdout)
}

/** Variables that npm sets for its scripts would reach pnpm and the server as their own settings. */
function withoutNpmVariables(source) {
  const kept =
    /^npm_config_(registry|cache|offline|prefer_offline|proxy|https_proxy|noproxy|cafile|userconfig)$/i
  const env = {}
  for (const [name, value] of Object.entries(source)) {
    if (/^npm_/i.test(name) && !kept.test(name)) continue
    env[name] = value
  }
  return env
}

function readRemembered(needsNode, needsPnpm) {
  if (!existsSync(foundFile)) return undefined
  try {
    const found = JSON.parse(readFileSync(foundFile, 'utf8'))
    if (found.nodeVersion !== nodeVersion || found.pnpmVersion !== pnpmVersion) return undefined
    if (needsNode && !existsSync(found.node)) return undefined
    if (needsPnpm && !found.path.some((p) => existsSync(join(p, windows ? 'pnpm.cmd' : 'pnpm')))) {
      return undefined
    }
    return found
  } catch {
    return undefined // A torn or foreign file is as good as none: npm is asked again.
  }
}

/** `npm exec` is used to locate the tools only: a server run inside it would never see SIGTERM. */
function fetchThroughNpm(needsNode, needsPnpm, env) {
  const wanted = []
  if (needsNode) wanted.push(`node@${nodeVersion}`)
  if (needsPnpm) wanted.push(`pnpm@${pnpmVersion}`)
  console.error(
    `[setup] This machine has Node ${process.versions.node}; getting ${wanted.join(' and ')} into npm's cache ` +
      '(once, about 60 MB; nothing is installed globally)',
  )
  const npmCli = process.env.npm_execpath
  const [npm, npmArgs] =
    npmCli && /npm-cli\.[cm]?js$/.test(npmCli) ? [process.execPath, [npmCli]] : ['npm', []]
  const probe =
    'process.stdout.write("@@"+JSON.stringify({node:process.execPath,path:process.env.PATH||process.env.Path})+"@@")'
  const answer = spawnSync(
    npm,
    [
      ...npmArgs,
      'exec',
      '--yes',
      '--prefer-offline',
      ...wanted.map((name) => `--package=${name}`),
      '--',
      'node',
      '-e',
      windows ? `"${probe.replace(/"/g, '\\"')}"` : probe,
    ],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: windows && npm === 'npm',
      env,
    },
  )
  const printed = /@@(.*)@@/s.exec(answer.stdout ?? '')
  if (answer.status !== 0 || !printed) {
    console.error(
      `[setup] npm could not provide ${wanted.join(' and ')} (exit ${answer.status}). ` +
        'Check the network and the npm registry setting, or install these versions yourself, then try again.',
    )
    process.exit(1)
  }
  const { node, path } = JSON.parse(printed[1])
  const found = {
    nodeVersion,
    pnpmVersion,
    node,
    path: path.split(delimiter).filter((entry) => /_npx/.test(entry)),
  }
  mkdirSync(cacheDirectory, { recursive: true })
  writeFileSync(foundFile, `${JSON.stringify(found, null, 2)}\n`)
  return found
}
