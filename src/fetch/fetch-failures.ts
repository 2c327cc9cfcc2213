import { ERROR_CODES, FettleError, type ErrorCode, type ExitClass } from '../errors/index.js';

/** A fetch that failed, and what it is called in messages. */
export interface FailedFetch {
  readonly name: string;
  readonly error: unknown;
}

/**
 * One error for all failures of a fetch. A single one is thrown as it is, and so is anything that is no FettleError:
 * that is a bug, and must not hide among the others.
 * @param total how many were fetched
 */
export function combineFailures(failures: readonly FailedFetch[], total: number): unknown {
  const errors = failures.map(({ error }) => error);
  const bug = errors.find((error) => !(error instanceof FettleError));
  if (bug !== undefined || errors.length === 1) return bug ?? errors[0];
  const known = failures as readonly { readonly name: string; readonly error: FettleError }[];
  return new FettleError(
    commonCode(known.map(({ error }) => error.code)),
    `${failures.length} of ${total} downloads failed.`,
    {
      facts: { failures: known.map(({ name, error }) => describe(name, error)) },
      hint: known.every(({ error }) => error.hint === known[0]?.error.hint) ? (known[0]?.error.hint ?? KEPT) : KEPT,
      cause: new AggregateError(errors),
    },
  );
}

const KEPT = 'Correct these, then run the same command again: verified downloads are kept.';

/** E_FETCH_FAILED, unless all failures are of another class: then the first one's code, for the exit code's sake. */
function commonCode(codes: readonly ErrorCode[]): ErrorCode {
  const [first = 'E_FETCH_FAILED'] = codes;
  const classOf = (code: ErrorCode): ExitClass => ERROR_CODES[code].exit;
  const isShared = codes.every((code) => classOf(code) === classOf(first));
  return isShared && classOf(first) !== classOf('E_FETCH_FAILED') ? first : 'E_FETCH_FAILED';
}

function describe(name: string, error: FettleError): string {
  const { expected, got } = error.facts;
  const comparison = expected === undefined ? '' : ` Expected ${String(expected)}, got ${String(got)}.`;
  return `${name}: ${error.message}${comparison} (${error.code})`;
}
