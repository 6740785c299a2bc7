import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// Packages are tested from their sources: the condition stands first in every `exports` and is dropped on publishing.
const sourceCondition = '@mothership/source'

const places = ['packages/*/src', 'packages/*/test', 'examples/*/src', 'test']
const under = (ending: string): string[] => places.map((place) => `${place}/**/*${ending}`)

export default defineConfig({
  resolve: { conditions: [sourceCondition, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [sourceCondition, ...defaultServerConditions] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: under('.test.ts'),
          exclude: [...under('.long.test.ts'), '**/node_modules/**'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: under('.long.test.ts'),
          exclude: ['**/node_modules/**'],
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
})
