import type * as z from 'zod'
import { commonProblemCodes, type ProblemCode } from './problems.ts'

/** Bytes that are streamed and not held: a package on its way in either direction. */
export type Bytes = ReadableStream<Uint8Array>

/**
 * Who may call an operation. `public` needs no credential (one that is presented and unknown is still 401);
 * `satellite` presents `X-API-Token`; `operator` and `publisher` are keys of machines, sent as `X-API-Key` or
 * `Authorization: Bearer`. `user`, `publisher`, `moderator` and `admin` are people: signed in, or with an API key.
 */
export type Role =
  | 'public'
  | 'satellite'
  | 'user'
  | 'publisher'
  | 'moderator'
  | 'admin'
  | 'operator'

/**
 * What an operation touches; a token opens the scopes it was made with. `read`: the catalogue; `download`: packages;
 * `usage`: reports; `publish`: submissions and keys; `moderate`: the queue; `manage`: publishers, accounts, summaries;
 * `account`: one's own account and its tokens, which no token opens.
 */
export type Scope = 'read' | 'download' | 'usage' | 'publish' | 'moderate' | 'manage' | 'account'

/** The types an operation carries: path parameters, query, headers, a JSON body or multipart parts, answers by status. */
export interface OperationShape {
  readonly params?: object
  readonly query?: object
  readonly headers?: object
  readonly body?: object
  readonly parts?: object
  readonly answers: object
}

/** A body of `application/json`. */
export interface JsonBody<Value = unknown> {
  readonly type: 'json'
  readonly schema: z.ZodType<Value>
}

/** A part of a multipart body that holds one JSON value. */
export interface JsonPart<Value = unknown> {
  readonly type: 'json'
  readonly schema: z.ZodType<Value>
  /** Longest accepted part, in bytes. */
  readonly maxBytes: number
}

/** A part of a multipart body that holds a file, to be read as a stream. */
export interface FilePart {
  readonly type: 'file'
  readonly contentTypes: readonly string[]
  /** Longest accepted file, in bytes, counted while it is read. */
  readonly maxBytes: number
}

/** A body of `multipart/form-data`; every part is required and appears once. */
export interface MultipartBody<Parts extends object = object> {
  readonly type: 'multipart'
  readonly parts: {
    readonly [Name in keyof Parts]: [Parts[Name]] extends [Bytes] ? FilePart : JsonPart<Parts[Name]>
  }
}

/** An answer of `application/json`. */
export interface JsonAnswer<Value = unknown> {
  readonly type: 'json'
  readonly description: string
  readonly schema: z.ZodType<Value>
}

/** An answer whose body is a stream of bytes. */
export interface BytesAnswer {
  readonly type: 'bytes'
  readonly description: string
  readonly contentType: string
}

/** What every operation has, whatever it carries: enough to route, to document and to call it. */
export interface AnyOperation {
  /** Dotted name, unique and stable: `items.list`. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Absolute path with parameters in braces: `/api/v1/marketplace/{category}/items`. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  /** Any of these may call it. */
  readonly auth: readonly Role[]
  /** What it touches. */
  readonly scope: Scope
  /** Of those in `auth`, the roles that reach their own things only; somebody else's are 403 or 404 to them. */
  readonly own?: readonly Role[]
  readonly params?: z.ZodType | undefined
  readonly query?: z.ZodType | undefined
  /** Request headers by lower-case name. */
  readonly headers?: z.ZodType | undefined
  readonly body?: JsonBody | MultipartBody | undefined
  /** Successful answers by status; everything else is a problem document. */
  readonly answers: Readonly<Record<number, JsonAnswer | BytesAnswer>>
  /** Whether sending it twice does no more than sending it once. Default: by the method, as HTTP has it. */
  readonly idempotent?: boolean
  /**
   * How a client may keep the answer, asking about it with its ETag. `reuse`: for a while without asking, and longer
   * when the mothership fails. `confirm`: asked about each time. Default: it is not kept.
   */
  readonly cache?: 'reuse' | 'confirm'
  /** Codes this operation can answer with, the common ones included. */
  readonly errors: readonly ProblemCode[]
}

type Schema<Shape, Key extends string> =
  Shape extends Record<Key, infer Value>
    ? { readonly [K in Key]: z.ZodType<Value> }
    : { readonly [K in Key]?: undefined }

type Body<Shape> = Shape extends { readonly body: infer Value }
  ? { readonly body: JsonBody<Value> }
  : Shape extends { readonly parts: infer Parts extends object }
    ? { readonly body: MultipartBody<Parts> }
    : { readonly body?: undefined }

/** One operation of the contract, typed by what it carries. */
export type Operation<Shape extends OperationShape> = Omit<
  AnyOperation,
  'params' | 'query' | 'headers' | 'body' | 'answers'
> &
  Schema<Shape, 'params'> &
  Schema<Shape, 'query'> &
  Schema<Shape, 'headers'> &
  Body<Shape> & {
    readonly answers: {
      readonly [Status in keyof Shape['answers']]: [Shape['answers'][Status]] extends [Bytes]
        ? BytesAnswer
        : JsonAnswer<Shape['answers'][Status]>
    }
  }

/** Completes a definition: to the problem codes it names come those every operation can answer with. */
export function defineOperation<Shape extends OperationShape>(
  definition: Operation<Shape>,
): Operation<Shape> {
  return {
    ...definition,
    errors: [...new Set([...commonProblemCodes, ...definition.errors])],
  }
}

/** Path parameters of an operation as its schema gives them, or `undefined`. */
export type ParamsOf<Op> = Op extends { readonly params: z.ZodType<infer Value> }
  ? Value
  : undefined

/** Query of an operation after parsing (defaults filled in), or `undefined`. */
export type QueryOf<Op> = Op extends { readonly query: z.ZodType<infer Value> } ? Value : undefined

/** Request headers of an operation, or `undefined`. */
export type HeadersOf<Op> = Op extends { readonly headers: z.ZodType<infer Value> }
  ? Value
  : undefined

/** JSON body of an operation, or `undefined`. */
export type BodyOf<Op> = Op extends { readonly body: JsonBody<infer Value> } ? Value : undefined

/** Multipart parts of an operation: JSON parts by value, files as streams; or `undefined`. */
export type PartsOf<Op> = Op extends {
  readonly body: { readonly type: 'multipart'; readonly parts: infer Parts }
}
  ? {
      readonly [Name in keyof Parts]: Parts[Name] extends JsonPart<infer Value> ? Value : Bytes
    }
  : undefined

type AnswerBody<Answer> = Answer extends JsonAnswer<infer Value> ? Value : Bytes

/** What a handler of the operation may answer: `{ status, body }` for each successful status. */
export type AnswerOf<Op extends { readonly answers: object }> = {
  readonly [Status in keyof Op['answers']]: {
    readonly status: Status
    readonly body: AnswerBody<Op['answers'][Status]>
    readonly headers?: Readonly<Record<string, string>>
  }
}[keyof Op['answers']]

/** The body of any successful answer of the operation. */
export type AnswerBodyOf<Op extends { readonly answers: object }> = AnswerOf<Op>['body']
