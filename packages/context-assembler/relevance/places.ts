// Where the data lies and where results go.
import { join, resolve } from 'node:path'

const here = import.meta.dirname

export const repositoryRoot: string = resolve(here, '..', '..', '..')
/** Beside the repository; absent in most clones. */
export const sharedData: string = resolve(repositoryRoot, '..', 'shared', 'data')
export const marketplaces: string = join(sharedData, 'marketplaces')
export const labelledData: string = join(sharedData, 'relevance')
export const scoringSources: string = resolve(here, '..', 'src', 'scoring')
