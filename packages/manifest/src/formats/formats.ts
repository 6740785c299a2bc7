import { readClaudeAgent } from './claude-agent.ts'
import { readClaudeMarketplace } from './claude-marketplace.ts'
import { readClaudePlugin } from './claude-plugin.ts'
import { findSkills, readClaudeCommand, readSkillMd } from './skill-md.ts'

/** Converters from and to the public formats. All take files in memory and report what was lost. */
export const formats: {
  readonly claudeMarketplace: { readonly read: typeof readClaudeMarketplace }
  readonly claudePlugin: { readonly read: typeof readClaudePlugin }
  readonly claudeCommand: { readonly read: typeof readClaudeCommand }
  readonly claudeAgent: { readonly read: typeof readClaudeAgent }
  readonly skillMd: { readonly read: typeof readSkillMd; readonly find: typeof findSkills }
} = {
  claudeMarketplace: { read: readClaudeMarketplace },
  claudePlugin: { read: readClaudePlugin },
  claudeCommand: { read: readClaudeCommand },
  claudeAgent: { read: readClaudeAgent },
  skillMd: { read: readSkillMd, find: findSkills },
}
