/** A shell as a recipe or manifest names it, parsed. */
export type Shell =
  | { readonly form: 'builtin'; readonly name: 'bash' | 'sh' | 'cmd' | 'powershell' }
  /** The script is the last argument. */
  | { readonly form: 'inline'; readonly argv: readonly string[] }
  /** The script is written to a file ending in `ext`, whose path is the last argument. */
  | { readonly form: 'file'; readonly argv: readonly string[]; readonly ext: string };
