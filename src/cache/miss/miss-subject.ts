import type { EntryId } from '../entry.js';

/** A file whose digest is among the inputs of a key. */
export interface SourceFile {
  readonly digest: string;
  readonly path: string;
  /** What is in it, where that is known. */
  readonly content?: Uint8Array | undefined;
}

/** A package that is asked for, as far as a comparison with what was built earlier needs it. */
export interface MissSubject {
  readonly id: EntryId;
  readonly keyInputs: unknown;
  /** Of the tool, where the recipe says it. */
  readonly version: string | null;
  /** The recipe and what it requires. */
  readonly sources: readonly SourceFile[];
  /** The direct dependency that has this key. */
  dependency(key: string): Promise<MissSubject | undefined>;
}
