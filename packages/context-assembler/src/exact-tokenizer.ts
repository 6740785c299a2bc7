export { createExactTokenizer } from './tokens/exact-tokenizer.ts'
