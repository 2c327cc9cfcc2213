/** A signed statement about a file: who made it, or that the registry accepted it. */
export interface Attestation {
  /** A Sigstore bundle: the signed statement with all that is needed to verify it. */
  readonly bundle: object;
  readonly statement: Statement;
}

/** What is used of an in-toto statement (in-toto attestation framework, Statement v0.1 and v1). */
export interface Statement {
  readonly predicateType: string;
  readonly subjects: readonly Subject[];
}

export interface Subject {
  readonly name: string;
  /** Hex, lower-case; undefined when the statement names another digest. */
  readonly sha512: string | undefined;
}

/** It comes from outside, so nothing in it is certain. */
interface RawDocument {
  readonly attestations?: unknown;
}

interface RawBundle {
  readonly dsseEnvelope?: { readonly payload?: unknown; readonly payloadType?: unknown } | null;
}

interface RawStatement {
  readonly _type?: unknown;
  readonly predicateType?: unknown;
  readonly subject?: unknown;
}

interface RawSubject {
  readonly name?: unknown;
  readonly digest?: { readonly sha512?: unknown } | null;
}

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPE = /^https:\/\/in-toto\.io\/Statement\/v\d/;

/**
 * Reads the document with a package's attestations. Nothing in it is verified yet.
 * @returns undefined when it is none, or when one of them is of another kind
 */
export function readAttestations(text: string): readonly Attestation[] | undefined {
  const { attestations } = (parseJson(text) ?? {}) as RawDocument;
  if (!Array.isArray(attestations) || attestations.length === 0) return undefined;
  const read = attestations.map((each) => readAttestation((each as { readonly bundle?: unknown } | null)?.bundle));
  return read.includes(undefined) ? undefined : read.filter((each) => each !== undefined);
}

function readAttestation(bundle: unknown): Attestation | undefined {
  if (typeof bundle !== 'object' || bundle === null) return undefined;
  const { payload, payloadType } = (bundle as RawBundle).dsseEnvelope ?? {};
  if (typeof payload !== 'string' || payloadType !== PAYLOAD_TYPE) return undefined;
  const statement = readStatement(Buffer.from(payload, 'base64').toString('utf8'));
  return statement && { bundle, statement };
}

function readStatement(text: string): Statement | undefined {
  const { _type: type, predicateType, subject } = (parseJson(text) ?? {}) as RawStatement;
  if (typeof type !== 'string' || !STATEMENT_TYPE.test(type)) return undefined;
  if (typeof predicateType !== 'string' || !Array.isArray(subject)) return undefined;
  return { predicateType, subjects: subject.flatMap((each) => readSubject(each as RawSubject | null) ?? []) };
}

function readSubject(raw: RawSubject | null): Subject | undefined {
  const { name, digest } = raw ?? {};
  if (typeof name !== 'string') return undefined;
  const sha512 = typeof digest?.sha512 === 'string' ? digest.sha512.toLowerCase() : undefined;
  return { name, sha512 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
