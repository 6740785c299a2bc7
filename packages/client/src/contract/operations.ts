import { accountOperations } from './accounts.ts'
import { categoryOperations } from './categories.ts'
import { contentOperations } from './content.ts'
import { healthOperations } from './health.ts'
import { itemOperations } from './items.ts'
import { moderationOperations } from './moderation.ts'
import type { AnyOperation } from './operation.ts'
import { publisherOperations } from './publishers.ts'
import { releaseOperations } from './releases.ts'
import { reviewOperations } from './reviews.ts'
import { submissionOperations } from './submissions.ts'
import { tokenOperations } from './tokens.ts'
import { usageOperations } from './usage.ts'

type Groups = typeof healthOperations &
  typeof categoryOperations &
  typeof itemOperations &
  typeof contentOperations &
  typeof reviewOperations &
  typeof releaseOperations &
  typeof submissionOperations &
  typeof moderationOperations &
  typeof publisherOperations &
  typeof usageOperations &
  typeof accountOperations &
  typeof tokenOperations

/** Every operation by its id, with its types. */
export type Operations = { readonly [Id in keyof Groups]: Groups[Id] }

/** Id of an operation. */
export type OperationId = keyof Operations

/** The one registry of operations: servers build routes and documents from it, clients their calls. */
export const operations: Operations = {
  ...healthOperations,
  ...categoryOperations,
  ...itemOperations,
  ...contentOperations,
  ...reviewOperations,
  ...releaseOperations,
  ...submissionOperations,
  ...moderationOperations,
  ...publisherOperations,
  ...usageOperations,
  ...accountOperations,
  ...tokenOperations,
}

/** The operations as a list, for building routes and documents. */
export const operationList: readonly AnyOperation[] = Object.values(operations)
