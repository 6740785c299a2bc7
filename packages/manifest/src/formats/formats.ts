import type { ManifestDraft } from '../manifest/manifest.ts'
import type { FileMap, FormatProblem } from './file-map.ts'

/** One plugin of a marketplace or folder, understood. */
export interface ClaudePluginReading {
  name: string
  /** Whether its files are among those given; `files` is empty otherwise. */
  local: boolean
  /** The plugin's own files, relative to its root. */
  files: FileMap
  draft: ManifestDraft
  /** What the source said and the draft cannot. */
  losses: string[]
  problems: FormatProblem[]
}

/** A marketplace, understood. */
export interface ClaudeMarketplaceReading {
  name: string
  description?: string
  plugins: ClaudePluginReading[]
  problems: FormatProblem[]
}
