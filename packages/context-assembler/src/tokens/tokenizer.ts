/** Counts tokens. `id` tells tokenizers apart in reports; `count` answers the same number for the same text. */
export interface Tokenizer {
  readonly id: string
  count(text: string): number
}
