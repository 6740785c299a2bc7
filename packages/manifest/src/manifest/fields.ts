import * as z from 'zod'
import type { JsonObject, JsonValue } from '../json/json-value.ts'
import { isVersion, isVersionRange } from './version.ts'
import { once } from './once.ts'

/** Building blocks of the schemas. No defaults, coercions or transforms: what was received is what is hashed. */

/** 64 lower-case hexadecimal digits. */
export const sha256Schema: () => z.ZodType<string> = once(() => z.string().regex(/^[0-9a-f]{64}$/))

/** `namespace[.plugin].name`: segments of `[a-z0-9-]` that start and end with a letter or digit, 128 characters at most. */
export const slugPattern: RegExp =
  /^(?=.{1,128}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?){0,2}$/

/** See {@link slugPattern}. */
export const slugSchema: () => z.ZodType<string> = once(() => z.string().regex(slugPattern))

/** Names an author or publisher. */
export const authorIdSchema: () => z.ZodType<string> = once(() =>
  z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/),
)

/** A semantic version, 128 characters at most. */
export const versionSchema: () => z.ZodType<string> = once(() =>
  z
    .string()
    .max(128)
    .refine(isVersion, { error: 'expected a semantic version such as 1.2.3' })
    .meta({ pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\\+[0-9A-Za-z.-]+)?$' }),
)

/** A range of semantic versions, 256 characters at most. */
export const rangeSchema: () => z.ZodType<string> = once(() =>
  z.string().max(256).refine(isVersionRange, { error: 'expected a version range such as ^1.2.0' }),
)

/** UTC time, ISO 8601 with seconds: `2026-01-31T12:00:00Z`, fractions allowed. */
export const timeSchema: () => z.ZodType<string> = once(() => z.iso.datetime())

/** An absolute http or https address. */
export const webUrlSchema: () => z.ZodType<string> = once(() =>
  z
    .string()
    .max(2048)
    .regex(/^https?:\/\/[^\s/$.?#][^\s]*$/i),
)

/** Relative path of a file inside the package, `/` between segments, no `.` or `..`, nothing Windows reads differently. */
export const packagePathSchema: () => z.ZodType<string> = once(() =>
  z
    .string()
    .min(1)
    .max(512)
    // oxlint-disable-next-line no-control-regex -- control characters are what is refused
    .regex(/^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^/\\:\u0000-\u001f]+(?:\/[^/\\:\u0000-\u001f]+)*$/),
)

/** One line of text for people. */
export function lineSchema(maxLength: number): z.ZodType<string> {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^\r\n]*$/)
}

/** Text for people, several lines. */
export function textSchema(maxLength: number): z.ZodType<string> {
  return z.string().max(maxLength)
}

/** A list with a bound. */
export function listSchema<Item>(item: z.ZodType<Item>, maxItems: number): z.ZodType<Item[]> {
  return z.array(item).max(maxItems)
}

/** A map from names to values. */
export function mapSchema<Value>(
  name: RegExp,
  value: z.ZodType<Value>,
): z.ZodType<Record<string, Value>> {
  return z.record(z.string().max(256).regex(name), value)
}

/** Any JSON value: foreign settings that are carried, never interpreted. */
export const jsonValueSchema: () => z.ZodType<JsonValue> = once(() => z.json())

/** Any JSON object. */
export const jsonObjectSchema: () => z.ZodType<JsonObject> = once(() =>
  z.record(z.string().max(256), z.json()),
)
