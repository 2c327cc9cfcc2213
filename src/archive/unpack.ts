/** What each format's unpacker is asked. */
export interface UnpackRequest {
  readonly archive: string;
  /** An empty folder that the unpacker has to itself. */
  readonly folder: string;
  readonly strip: number;
  readonly signal: AbortSignal | undefined;
}

export interface Unpacked {
  /** The folder (the request's or one inside it) whose content is what the archive holds. */
  readonly root: string;
  readonly files: number;
}
