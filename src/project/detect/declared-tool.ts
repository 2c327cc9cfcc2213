/** A tool that a file of another version manager names. */
export interface DeclaredTool {
  /** As the file has it: `nodejs`, `npm:prettier`. */
  readonly tool: string;
  /** As the file has it: `22`, `lts/iron`, `latest`, `>=20`. */
  readonly version: string;
  /** The file's name. */
  readonly file: string;
}

export type ToolVersion = Omit<DeclaredTool, 'file'>;
