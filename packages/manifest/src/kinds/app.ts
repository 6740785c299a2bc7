import * as z from 'zod'
import type { JsonObject } from '../json/json-value.ts'
import {
  jsonObjectSchema,
  lineSchema,
  listSchema,
  packagePathSchema,
  textSchema,
} from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'

/** A port a container listens on. */
export interface AppPort {
  container_port: number
  protocol?: 'tcp' | 'udp'
  name?: string
  description?: string
}

/** A named volume and where it appears inside the container. */
export interface AppMount {
  name: string
  path: string
  read_only?: boolean
  description?: string
}

/** An environment variable a container reads. */
export interface AppVariable {
  name: string
  description?: string
  required?: boolean
  /** Secret values are asked for at install, kept encrypted and never shown. */
  secret?: boolean
  /** What it is when nobody sets it; a secret has none. */
  preset?: string
}

/** How to tell that a container is well: an HTTP path on one of its ports, or a command in it. */
export interface AppHealthCheck {
  path?: string
  port?: number
  command?: string[]
  interval_seconds?: number
  timeout_seconds?: number
  start_period_seconds?: number
  retries?: number
}

/** What a container may use; memory as Docker writes it (`512M`), CPU in cores. */
export interface AppResources {
  memory: string
  cpu: number
}

/** One container of an app of several. */
export interface AppService {
  name: string
  image: string
  command?: string[]
  user?: string
  ports?: AppPort[]
  mounts?: AppMount[]
  environment?: AppVariable[]
  health_check?: AppHealthCheck
  resources?: AppResources
  depends_on?: string[]
}

/** One container, as an app is or an agent may be. */
export interface ContainerForm {
  /** Image reference, best pinned by digest. */
  image?: string
  command?: string[]
  user?: string
  /** Linux capabilities the container keeps. */
  capabilities?: string[]
  ports?: AppPort[]
  mounts?: AppMount[]
  environment?: AppVariable[]
  /** JSON Schema of what the owner may configure. */
  config_schema?: JsonObject
  /** Path inside the package of a template the configuration is filled into. */
  config_template?: string
  /** Path inside the container where the filled template appears. */
  config_path?: string
  health_check?: AppHealthCheck
  resources?: AppResources
}

/** What an app is made of: one image, several services, or a compose file of the package. */
export interface AppContent extends ContainerForm {
  services?: AppService[]
  compose?: string
}

const protocolSchema = once(() => z.enum(['tcp', 'udp']))
const portNumberSchema = once(() => z.int().min(1).max(65_535))
const portSchema: () => z.ZodType<AppPort> = once(() =>
  z.strictObject({
    container_port: portNumberSchema(),
    protocol: protocolSchema().exactOptional(),
    name: lineSchema(64).exactOptional(),
    description: textSchema(1024).exactOptional(),
  }),
)
/** Absolute, no `..`, and no colon: it is one field of a compose volume. */
const containerPathSchema = once(() =>
  z
    .string()
    .max(256)
    .regex(/^\/(?!.*(?:^|\/)\.\.(?:\/|$))[A-Za-z0-9._/-]*$/),
)
const mountSchema: () => z.ZodType<AppMount> = once(() =>
  z.strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/),
    path: containerPathSchema(),
    read_only: z.boolean().exactOptional(),
    description: textSchema(1024).exactOptional(),
  }),
)
const variableSchema: () => z.ZodType<AppVariable> = once(() =>
  z.strictObject({
    name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/),
    description: textSchema(1024).exactOptional(),
    required: z.boolean().exactOptional(),
    secret: z.boolean().exactOptional(),
    preset: textSchema(4096).exactOptional(),
  }),
)
const secondsSchema = once(() => z.int().min(1).max(3600))
const healthCheckSchema: () => z.ZodType<AppHealthCheck> = once(() =>
  z.strictObject({
    path: z
      .string()
      .max(512)
      .regex(/^\/[!-~]*$/)
      .exactOptional(),
    port: portNumberSchema().exactOptional(),
    command: listSchema(textSchema(2048), 64).exactOptional(),
    interval_seconds: secondsSchema().exactOptional(),
    timeout_seconds: secondsSchema().exactOptional(),
    start_period_seconds: secondsSchema().exactOptional(),
    retries: z.int().min(1).max(100).exactOptional(),
  }),
)
const resourcesSchema: () => z.ZodType<AppResources> = once(() =>
  z.strictObject({
    memory: z.string().regex(/^[1-9][0-9]{0,9}[KMG]$/),
    cpu: z.number().positive().max(1024),
  }),
)
const imageSchema = once(() =>
  z
    .string()
    .max(512)
    .regex(
      /^[a-z0-9][a-z0-9._:/-]*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
    ),
)
const userSchema = once(() => z.string().regex(/^[0-9]{1,7}(?::[0-9]{1,7})?$/))
const commandSchema = once(() => listSchema(textSchema(4096), 128))
const serviceNameSchema = once(() => z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/))
const serviceSchema: () => z.ZodType<AppService> = once(() =>
  z.strictObject({
    name: serviceNameSchema(),
    image: imageSchema(),
    command: commandSchema().exactOptional(),
    user: userSchema().exactOptional(),
    ports: listSchema(portSchema(), 64).exactOptional(),
    mounts: listSchema(mountSchema(), 64).exactOptional(),
    environment: listSchema(variableSchema(), 256).exactOptional(),
    health_check: healthCheckSchema().exactOptional(),
    resources: resourcesSchema().exactOptional(),
    depends_on: listSchema(serviceNameSchema(), 32).exactOptional(),
  }),
)
const containerShape = once(() => ({
  image: imageSchema().exactOptional(),
  command: commandSchema().exactOptional(),
  user: userSchema().exactOptional(),
  capabilities: listSchema(z.string().regex(/^[A-Z][A-Z_]{1,40}$/), 64).exactOptional(),
  ports: listSchema(portSchema(), 64).exactOptional(),
  mounts: listSchema(mountSchema(), 64).exactOptional(),
  environment: listSchema(variableSchema(), 256).exactOptional(),
  config_schema: jsonObjectSchema().exactOptional(),
  config_template: packagePathSchema().exactOptional(),
  config_path: containerPathSchema().exactOptional(),
  health_check: healthCheckSchema().exactOptional(),
  resources: resourcesSchema().exactOptional(),
}))

/** Schema of one container. */
export const containerFormSchema: () => z.ZodType<ContainerForm> = once(() =>
  z.strictObject(containerShape()),
)

/** Schema of an app's content. */
export const appContentSchema: () => z.ZodType<AppContent> = once(() =>
  z.strictObject({
    ...containerShape(),
    services: listSchema(serviceSchema(), 32).exactOptional(),
    compose: packagePathSchema().exactOptional(),
  }),
)
