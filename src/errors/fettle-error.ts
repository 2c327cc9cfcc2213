import type { ErrorCode } from './codes.js';
import { remedyText } from './remedies.js';

/** A place in a Lua file; `line` counts from 1, `text` is that line as it stands in the file. */
export interface SourceLocation {
  readonly file: string;
  readonly line?: number;
  readonly text?: string;
}

export type Fact = string | number | boolean | readonly string[];

export interface ErrorDetails {
  /** What was expected, found, tried: shown one a line below the message. */
  readonly facts?: Readonly<Record<string, Fact>>;
  /** What the user does next. */
  readonly hint?: string;
  readonly location?: SourceLocation;
  /** A Lua traceback, innermost frame first. */
  readonly traceback?: readonly string[];
  readonly cause?: unknown;
}

/** A failure a user can reach. Anything else that is thrown is a bug in fettle. */
export class FettleError extends Error {
  override readonly name = 'FettleError';
  readonly facts: Readonly<Record<string, Fact>>;
  readonly hint: string | undefined;
  readonly location: SourceLocation | undefined;
  readonly traceback: readonly string[] | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.facts = details.facts ?? {};
    this.hint = details.hint;
    this.location = details.location;
    this.traceback = details.traceback;
  }

  /** The same error with a location (or traceback) where it had none; keeps the original as it is. */
  at(where: Pick<ErrorDetails, 'location' | 'traceback'>): FettleError {
    const location = this.location ?? where.location;
    const traceback = this.traceback ?? where.traceback;
    return new FettleError(this.code, this.message, {
      facts: this.facts,
      ...(this.hint !== undefined && { hint: this.hint }),
      ...(location && { location }),
      ...(traceback && { traceback }),
      cause: this.cause,
    });
  }
}

/** An error as plain data, for events and JSON. */
export interface ErrorReport {
  readonly code: ErrorCode | 'BUG';
  readonly message: string;
  readonly facts: Readonly<Record<string, Fact>>;
  readonly hint: string | null;
  readonly location: SourceLocation | null;
  readonly traceback: readonly string[];
  /** The stack of a bug; null for errors a user can reach. */
  readonly stack: string | null;
}

/** Turns whatever was thrown into plain data. Without a hint of its own an error gets what is known of its code. */
export function toErrorReport(error: unknown): ErrorReport {
  if (error instanceof FettleError) {
    return {
      code: error.code,
      message: error.message,
      facts: error.facts,
      hint: error.hint ?? remedyText(error.code),
      location: error.location ?? null,
      traceback: error.traceback ?? [],
      stack: null,
    };
  }
  return {
    code: 'BUG',
    message: messageOf(error),
    facts: {},
    hint: 'This is a bug in fettle. Please report it together with the stack below.',
    location: null,
    traceback: [],
    stack: stackOf(error),
  };
}

/** The `code` of a Node system error, by shape: `instanceof Error` fails across realms. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}

function stackOf(error: unknown): string | null {
  if (typeof error === 'object' && error !== null && 'stack' in error) return String(error.stack);
  return null;
}
