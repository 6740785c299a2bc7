import { readAgentPlugin, writeAgentPlugin } from './agent-plugin.ts'
import { readCategoryManifest } from './category-manifest.ts'
import { readClaudeAgent } from './claude-agent.ts'
import { readClaudeMarketplace } from './claude-marketplace.ts'
import { readClaudePlugin } from './claude-plugin.ts'
import { readMcpServerJson, writeMcpServerJson } from './mcp-server.ts'
import { readMcpb } from './mcpb.ts'
import { readOpenSentience, writeOpenSentience } from './open-sentience.ts'
import { findSkills, readClaudeCommand, readSkillMd } from './skill-md.ts'
import { readSyncManifest, writeSyncManifest } from './sync-manifest.ts'
import { writeClaudeMarketplace } from './write-claude-marketplace.ts'
import { writeClaudePlugin } from './write-claude-plugin.ts'
import { writeSkillMd } from './write-skill-md.ts'

/** Converters from and to the public formats. All take and answer files in memory and report what was lost. */
export const formats: {
  readonly claudeMarketplace: {
    readonly read: typeof readClaudeMarketplace
    readonly write: typeof writeClaudeMarketplace
  }
  readonly claudePlugin: {
    readonly read: typeof readClaudePlugin
    readonly write: typeof writeClaudePlugin
  }
  readonly claudeCommand: { readonly read: typeof readClaudeCommand }
  readonly claudeAgent: { readonly read: typeof readClaudeAgent }
  readonly skillMd: {
    readonly read: typeof readSkillMd
    readonly find: typeof findSkills
    readonly write: typeof writeSkillMd
  }
  readonly agentPlugin: {
    readonly read: typeof readAgentPlugin
    readonly write: typeof writeAgentPlugin
  }
  readonly mcpServer: {
    readonly read: typeof readMcpServerJson
    readonly write: typeof writeMcpServerJson
  }
  readonly mcpb: { readonly read: typeof readMcpb }
  readonly openSentience: {
    readonly read: typeof readOpenSentience
    readonly write: typeof writeOpenSentience
  }
  readonly syncManifest: {
    readonly read: typeof readSyncManifest
    readonly write: typeof writeSyncManifest
  }
  readonly categoryManifest: { readonly read: typeof readCategoryManifest }
} = {
  claudeMarketplace: { read: readClaudeMarketplace, write: writeClaudeMarketplace },
  claudePlugin: { read: readClaudePlugin, write: writeClaudePlugin },
  claudeCommand: { read: readClaudeCommand },
  claudeAgent: { read: readClaudeAgent },
  skillMd: { read: readSkillMd, find: findSkills, write: writeSkillMd },
  agentPlugin: { read: readAgentPlugin, write: writeAgentPlugin },
  mcpServer: { read: readMcpServerJson, write: writeMcpServerJson },
  mcpb: { read: readMcpb },
  openSentience: { read: readOpenSentience, write: writeOpenSentience },
  syncManifest: { read: readSyncManifest, write: writeSyncManifest },
  categoryManifest: { read: readCategoryManifest },
}
