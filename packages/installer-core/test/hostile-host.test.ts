import { createHook } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  mkdirSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createInstaller } from '../src/index.ts'
import { createMemorySource } from './support/memory-source.ts'
import { createPublisher, pluginFiles, publish, skillFiles } from './support/publisher.ts'
import { createSatellite, snapshotTree } from './support/satellite.ts'

const acme = createPublisher('acme', ['acme'])
const skill = { kind: 'skill', slug: 'acme.notes' } as const
const plugin = { kind: 'plugin', slug: 'acme.tools' } as const
const small = await publish(acme, { ...skill, files: skillFiles() })

describe('a host in which somebody interferes', () => {
  it('[TI1] unpacks the bytes it verified, also when the held file is swapped in between', async () => {
    const noise = { 'data/noise': randomBytes(3 * 1024 * 1024) }
    const honest = await publish(acme, { ...skill, files: { ...skillFiles(), ...noise } })
    const evil = await publish(acme, { ...skill, files: { ...skillFiles('Evil.'), ...noise } })
    const swapping = (memoryBytes: number) => {
      const satellite = createSatellite(createMemorySource(honest), [acme], {
        memoryBytes,
        async approve() {
          const incoming = join(satellite.state, 'incoming')
          for (const name of readdirSync(incoming)) {
            writeFileSync(join(incoming, name), evil.package)
          }
          return { approved: true }
        },
      })
      return satellite
    }
    const inMemory = swapping(8 * 1024 * 1024)
    await inMemory.installer.install(skill)
    expect(await inMemory.installer.verify(skill)).toMatchObject({ intact: true })
    expect(await inMemory.installer.repair(skill)).toMatchObject({ outcome: 'repaired' })
    const readTwice = swapping(1024 * 1024)
    const before = readTwice.hostTree()
    await expect(readTwice.installer.install(skill)).rejects.toMatchObject({
      code: 'package_mismatch',
      rule: 'package.same_bytes_twice',
    })
    expect(readTwice.hostTree()).toEqual(before)
    expect(await readTwice.installer.list()).toEqual([])
  })

  it.each(['unpack', 'commit'])(
    '[TI2] refuses when the target becomes a link during %s',
    async (stage) => {
      let swapped = false
      const satellite = createSatellite(createMemorySource(small), [acme], {
        onProgress: (event) => {
          if (swapped || event.stage !== stage || event.state === 'finished') return
          if (stage === 'unpack' && event.state !== 'advanced') return
          swapped = true
          renameSync(satellite.skills, `${satellite.skills}-moved`)
          mkdirSync(join(satellite.root, 'victim'))
          symlinkSync(join(satellite.root, 'victim'), satellite.skills)
        },
      })
      await expect(satellite.installer.install(skill)).rejects.toMatchObject({
        code: expect.stringMatching(/target_unsafe|file_system/),
      })
      expect(snapshotTree(join(satellite.root, 'victim'))).toEqual({})
      expect(await satellite.installer.list()).toEqual([])
    },
  )

  it('follows a link that the host itself gave as target, and says where things really are', async () => {
    const satellite = createSatellite(createMemorySource(small), [acme])
    const link = join(satellite.root, 'link')
    symlinkSync(satellite.skills, link)
    const installer = createInstaller({ ...satellite.options, targets: { skill: link } })
    const { record } = await installer.install(skill)
    expect(record.directory).toBe(join(satellite.skills, 'notes'))
  })
})

describe('nothing of a package is executed', () => {
  it('[TI11] whatever is put where a host might run it', async () => {
    const started: string[] = []
    const hook = createHook({
      init: (_id, type) => {
        if (type === 'PROCESSWRAP' || type === 'WORKER') started.push(type)
      },
    }).enable()
    const satellite = createSatellite(createMemorySource(), [acme])
    const canary = join(satellite.root, 'canary')
    const run = `touch ${canary}`
    const script = `#!/bin/sh\n${run}\n`
    const hooks = {
      hooks: Object.fromEntries(
        [
          'SessionStart',
          'Setup',
          'PostToolUse',
          'ConfigChange',
          'FileChanged',
          'DirectoryAdded',
        ].map((event) => [event, [{ hooks: [{ type: 'command', command: run }] }]]),
      ),
    }
    const scripts = Object.fromEntries(
      ['preinstall', 'install', 'postinstall', 'prepare', 'uninstall', 'prepublish'].map((name) => [
        name,
        run,
      ]),
    )
    const files = {
      ...pluginFiles(),
      '.claude-plugin/plugin.json': JSON.stringify({
        name: 'tools',
        version: '1.0.0',
        hooks: './hooks/hooks.json',
      }),
      'hooks/hooks.json': JSON.stringify(hooks),
      '.mcp.json': JSON.stringify({ mcpServers: { canary: { command: 'sh', args: ['-c', run] } } }),
      '.lsp.json': JSON.stringify({ canary: { command: 'sh', args: ['-c', run] } }),
      'package.json': JSON.stringify({ name: 'tools', scripts }),
      'index.js': `require('node:child_process').execSync(${JSON.stringify(run)})\n`,
      'setup.py': `import os; os.system(${JSON.stringify(run)})\n`,
      Makefile: `all:\n\t${run}\n`,
      '.envrc': run,
      '.git-hooks/post-checkout+x': script,
      'install.sh+x': script,
      'bin/tools+x': script,
      'skills/lint/SKILL.md': `---\nname: lint\ndescription: Lints.\nhooks:\n  SessionStart: ${run}\n---\n!\`${run}\`\n`,
    }
    const content = {
      mcp_servers: [{ name: 'canary', type: 'stdio', command: 'sh', args: ['-c', run] }],
    }
    const permissions = ['mcp:canary', 'exec:sh']
    const source = createMemorySource(
      await publish(acme, { ...plugin, files, content, permissions }),
      await publish(acme, { ...plugin, version: '1.1.0', files, content, permissions }),
    )
    const installer = createInstaller({
      ...satellite.options,
      source,
      targets: {
        plugin: {
          directory: satellite.plugins,
          mcpConfigs: [{ file: join(satellite.root, 'mcp.json'), format: 'json' }],
        },
      },
    })
    await installer.plan(plugin)
    await installer.install({ ...plugin, version: '1.0.0' })
    await installer.update(plugin)
    await installer.disable(plugin)
    await installer.enable(plugin)
    writeFileSync(join(satellite.plugins, 'tools/install.sh'), 'edited')
    await installer.repair(plugin)
    await installer.verify(plugin)
    await installer.recover()
    await installer.uninstall(plugin)
    hook.disable()
    expect(started).toEqual([])
    expect(existsSync(canary)).toBe(false)
  })

  it('[TI11] this package has no way to start anything', () => {
    const root = new URL('../src', import.meta.url).pathname
    const ways =
      /node:child_process|node:worker_threads|node:vm|node:cluster|\beval\(|new Function|\bimport\(/
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue
      expect(readFileSync(join(root, name), 'utf8'), name).not.toMatch(ways)
    }
  })
})
