/**
 * Puts off building a value until it is first asked for, and keeps it. Schemas take milliseconds to build, and no program
 * uses all of them.
 */
export function once<Value extends object>(build: () => Value): () => Value {
  let value: Value | undefined
  return () => (value ??= build())
}
