import { parseFrontmatter } from '@mothership/manifest'
import { load } from 'js-yaml'
import { parse } from 'yaml'
import { type BenchResult, measureRates } from './measure.ts'

const texts = [
  '---\nname: review\ndescription: Reviews a change for security, style and tests, and says what to improve.\nlicense: MIT\n---\n# Review\n',
  '---\nname: deploy\ndescription: "Use when the user asks to deploy: builds, tests and ships."\nallowed-tools: Bash, Read, Grep\nversion: 1.2.0\nmetadata:\n  author: acme\n  category: devops\n---\n# Deploy\n',
  '---\nname: notes\ndescription: |\n  Keeps notes of a meeting.\n  Use it after every call.\ntags:\n  - notes\n  - meetings\nuser-invocable: true\n---\n# Notes\n',
]

/** Attributes of skills beside js-yaml and yaml, which read the block alone. */
export default async function (): Promise<BenchResult[]> {
  const blocks = texts.map((text) => text.split('---\n')[1] ?? '')
  const rates = await measureRates({
    ours: () => texts.map((text) => parseFrontmatter(text)),
    'js-yaml': () => blocks.map((block) => load(block)),
    yaml: () => blocks.map((block) => parse(block) as unknown),
  })
  const scale = texts.length
  const { ours = 0, 'js-yaml': jsYaml = 0, yaml = 0 } = rates
  return [
    {
      name: 'attributes of SKILL.md',
      unit: 'documents/s',
      ours: ours * scale,
      peers: { 'js-yaml': jsYaml * scale, yaml: yaml * scale },
      ratios: { 'to js-yaml (≥ 1)': ours / jsYaml, 'to yaml': ours / yaml },
    },
  ]
}
