import type { Finding } from '@mothership/client/contract'

/** A pattern that a file of code should not hold. */
export interface BlockedPattern {
  readonly rule: string
  readonly severity: Finding['severity']
  /** Source of a regular expression without lookbehind of variable length or nested repetition: linear in the text. */
  readonly pattern: string
  readonly message: string
}

/** The rules of a scan, as data. */
export interface ScanRules {
  /** Looked for in code, and in documents, where it may be an example and is a warning at most. */
  readonly blocked: readonly BlockedPattern[]
  /** Shortest description of an item, in characters. */
  readonly minDescriptionLength: number
  /** Largest skill, unpacked: more does not fit a model's window. */
  readonly maxSkillBytes: number
  /** Ends of names of files that hold code. */
  readonly code: readonly string[]
  /** Ends of names of files whose text a model reads. */
  readonly prose: readonly string[]
}

/** The first rule set: what runs text as code, what hides, and what says too little. */
export const defaultScanRules: ScanRules = {
  blocked: [
    {
      rule: 'blocked-eval',
      severity: 'error',
      pattern: String.raw`(?<![\w$.])eval\s{0,8}\(`,
      message: 'eval( runs text as code.',
    },
    {
      rule: 'blocked-exec',
      severity: 'error',
      pattern: String.raw`(?<![\w$.])exec\s{0,8}\(`,
      message: 'exec( runs text as code, or a command.',
    },
    {
      rule: 'blocked-import',
      severity: 'error',
      pattern: String.raw`\b__import__\b`,
      message: '__import__ loads code whose name is made at run time.',
    },
    {
      rule: 'blocked-subprocess',
      severity: 'error',
      pattern: String.raw`\bsubprocess\.call\b`,
      message: 'subprocess.call runs a command.',
    },
  ],
  minDescriptionLength: 50,
  maxSkillBytes: 500 * 1024,
  code: [
    '.py',
    '.js',
    '.mjs',
    '.cjs',
    '.ts',
    '.mts',
    '.cts',
    '.jsx',
    '.tsx',
    '.sh',
    '.bash',
    '.rb',
    '.php',
    '.pl',
    '.ps1',
  ],
  prose: ['.md', '.mdx', '.markdown', '.txt', '.rst', '.json', '.yaml', '.yml', '.toml', '.html'],
}
