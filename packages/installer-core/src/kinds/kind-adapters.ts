import type { Kind } from '@mothership/manifest'
import type { KindAdapter } from '../ports/kind-adapter.ts'
import { pluginAdapter } from './plugin.ts'
import { skillAdapter } from './skill.ts'

/** The adapters this package ships, by kind. A host may replace one or add its own. */
export const kindAdapters: Readonly<Partial<Record<Kind, KindAdapter>>> = {
  skill: skillAdapter,
  plugin: pluginAdapter,
}
