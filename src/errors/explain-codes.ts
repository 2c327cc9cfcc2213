import { ERROR_CODES, exitCodeOf, type ErrorCode, type ExitClass } from './codes.js';
import { REMEDY_GROUPS } from './remedies.js';

/** All that is known of one code. */
export interface CodeExplanation {
  readonly code: ErrorCode;
  /** The heading of docs/errors.md it stands under. */
  readonly group: string;
  readonly exitCode: number;
  readonly exitClass: ExitClass;
  readonly meaning: string;
  /** What to do, in Markdown. */
  readonly remedy: string;
}

/** @returns every code, in the order of docs/errors.md */
export function explainCodes(): readonly CodeExplanation[] {
  return REMEDY_GROUPS.flatMap(({ heading, remedies }) =>
    Object.entries(remedies).map(([name, remedy]) => {
      const code = name as ErrorCode;
      const { exit, meaning } = ERROR_CODES[code];
      return { code, group: heading, exitCode: exitCodeOf(code), exitClass: exit, meaning, remedy };
    }),
  );
}
