import { FettleError } from '../errors/index.js';

/** `namespace.name@version`, parsed. `text` is the identity as written. */
export interface Identity {
  readonly text: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
}

/** An identity names a folder, and a lock file that adds to it; file systems end a name at 255 bytes. */
const LONGEST_IDENTITY_BYTES = 150;

/** Blanks, control characters, separators, what Windows forbids in names, and the braces and quotes of option lists. */

const FORBIDDEN_CHARACTER = /[\s\u0000-\u001f\u007f/\\:*?"'<>|{}]/u;

/**
 * Parses `namespace.name@version`: the namespace ends at the first dot, the version starts after the first `@`, and
 * none of the three is empty. Further dots and `@` are allowed. An identity is also the name of a folder, so it holds no
 * blank, control character or any of `/ \ : * ? " ' < > | { }`, no `..`, no dot at its end, and at most 150 bytes.
 * @throws FettleError E_IDENTITY
 */
export function parseIdentity(text: string): Identity {
  const problem = nameProblem(text);
  if (problem !== undefined) throw malformed(text, problem);
  const at = text.indexOf('@');
  const dot = text.indexOf('.');
  if (at < 0) throw malformed(text, 'it has no @version');
  if (dot < 0 || dot > at) throw malformed(text, 'it has no dot between namespace and name');
  const identity = { text, namespace: text.slice(0, dot), name: text.slice(dot + 1, at), version: text.slice(at + 1) };
  if (identity.namespace === '') throw malformed(text, 'its namespace is empty');
  if (identity.name === '') throw malformed(text, 'its name is empty');
  if (identity.version === '') throw malformed(text, 'its version is empty');
  return Object.freeze(identity);
}

function nameProblem(text: string): string | undefined {
  if (text === '') return 'it is empty';
  const forbidden = FORBIDDEN_CHARACTER.exec(text)?.[0];
  if (forbidden !== undefined) return `it contains ${JSON.stringify(forbidden)}`;
  if (text.includes('..')) return 'it contains ".."';
  if (text.endsWith('.')) return 'it ends with a dot';
  const bytes = Buffer.byteLength(text);
  if (bytes > LONGEST_IDENTITY_BYTES) return `it is ${bytes} bytes long, more than ${LONGEST_IDENTITY_BYTES}`;
  return undefined;
}

function malformed(text: string, problem: string): FettleError {
  return new FettleError('E_IDENTITY', `${JSON.stringify(shortened(text))} is not an identity: ${problem}.`, {
    facts: { expected: 'namespace.name@version', got: shortened(text) },
    hint: 'Write an identity such as fettle.node@v1 or local.zlib@v1.',
  });
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
