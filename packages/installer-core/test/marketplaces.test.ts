import { describe, expect, it } from 'vitest'
import { haveMarketplaces, runMarketplace } from './support/marketplace-run.ts'

const small = [
  ['vercel-labs__agent-skills.tar.gz', 0, 5],
  ['obra__superpowers.tar.gz', 1, 10],
  ['ammawla__awesome-claude-plugins.tar.gz', 0, 0],
] as const

describe.skipIf(!haveMarketplaces)('real marketplaces (skipped without ../shared)', () => {
  it.each(small)(
    '[C4] [X4] everything of %s installs, verifies and uninstalls without a trace',
    async (file, plugins, skills) => {
      const counts = await runMarketplace(file)
      expect(counts.plugins).toBeGreaterThanOrEqual(plugins)
      expect(counts.skills).toBeGreaterThanOrEqual(skills)
    },
  )
})
