/** Who declares a request: the manifest or a recipe. Relative sources resolve against `directory`. */
export interface DeclaredIn {
  readonly file: string;
  readonly directory: string;
  /** For messages: `packages[3]` or `dependencies[1]`. */
  readonly field: string;
  readonly line: number | undefined;
  /** The steps that `field` describes: with them the line can be found when it is asked for. */
  readonly steps?: readonly (string | number)[];
}
