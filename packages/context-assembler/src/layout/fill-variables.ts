/** A text with its declared variables filled in, and the names that were not declared. */
export interface FilledText {
  readonly text: string
  readonly undeclared: readonly string[]
}

/**
 * Puts declared values in place of `${NAME}`. Only names that the caller declared are filled in: the environment,
 * the file system and the process are never looked at. Values are put in once and not looked into again.
 */
export function fillVariables(
  text: string,
  variables: Readonly<Record<string, string>> | undefined,
): FilledText {
  if (!text.includes('${')) return { text, undeclared: [] }
  const undeclared = new Set<string>()
  const filled = text.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]{0,63})\}/g, (found, name: string) => {
    if (variables !== undefined && Object.hasOwn(variables, name)) return variables[name]!
    undeclared.add(name)
    return found
  })
  return { text: filled, undeclared: [...undeclared].sort() }
}
