/** Who declares a request: the manifest or a recipe. Relative sources resolve against `directory`. */
export interface DeclaredIn {
  readonly file: string;
  readonly directory: string;
  /** For messages: `packages[3]` or `dependencies[1]`. */
  readonly field: string;
  readonly line: number | undefined;
}
