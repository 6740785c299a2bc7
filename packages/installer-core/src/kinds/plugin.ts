import type { AdapterItem, KindAdapter } from '../ports/kind-adapter.ts'
import { layoutRefused } from '../stages/prepare.ts'

// What a host finds in a plugin directory; one of them has to be there.
const parts = ['skills/', 'commands/', 'agents/', 'hooks/', 'output-styles/', '.claude-plugin/']
const partFiles = ['SKILL.md', '.mcp.json', 'mcp.json', '.lsp.json', 'plugin.json']

/** Claude plugins: one directory per plugin, laid out as its author packed it. */
export const pluginAdapter: KindAdapter = {
  kind: 'plugin',
  async plan(item) {
    assertPlugin(item)
    return { edits: [] }
  },
  async planRemoval() {
    return { edits: [] }
  },
}

function assertPlugin(item: AdapterItem): void {
  const found = item.files.some(
    ({ path }) => partFiles.includes(path) || parts.some((part) => path.startsWith(part)),
  )
  if (found) return
  throw layoutRefused(
    item.manifest,
    'plugin_parts',
    '.claude-plugin/plugin.json',
    'is missing, and so are skills, commands, agents, hooks and MCP servers',
  )
}
