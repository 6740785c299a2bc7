import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { haveMarketplaces, marketplaces, runMarketplace } from './support/marketplace-run.ts'

describe.skipIf(!haveMarketplaces)('all real marketplaces (skipped without ../shared)', () => {
  it('[C4] [X4] every plugin and skill that can be packed installs, verifies and uninstalls without a trace', async () => {
    let items = 0
    for (const file of readdirSync(marketplaces).filter((name) => name.endsWith('.tar.gz'))) {
      const { plugins, skills } = await runMarketplace(file)
      items += plugins + skills
    }
    expect(items).toBeGreaterThan(5_000)
  })
})
