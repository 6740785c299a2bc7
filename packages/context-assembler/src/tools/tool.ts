import type { JsonSchema } from './tool-formats.ts'

/** A tool that the agent may call. */
export interface Tool {
  /** What the host calls it; with `plugin` it becomes `plugin__name` for the model. */
  readonly name: string
  readonly description?: string | undefined
  /** JSON Schema of the arguments. Default: an object without properties. */
  readonly input_schema?: JsonSchema | undefined
  /** Slug of the plugin that brings the tool; absent for the host's own. */
  readonly plugin?: string | undefined
}
