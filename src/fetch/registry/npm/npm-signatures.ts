import { createPublicKey, createVerify } from 'node:crypto';
import { FettleError } from '../../../errors/index.js';
import type { RegistryAnswer } from '../http.js';
import { factsOf, type Question } from '../registry-errors.js';
import type { NpmRelease, NpmSignature } from './packument.js';

/** A key that a registry signs with. */
export interface RegistryKey {
  readonly keyid: string;
  /** DER in base64. */
  readonly key: string;
  /** Milliseconds since the epoch; undefined for a key that is still in use. */
  readonly expires: number | undefined;
}

/** @returns undefined when the registry publishes no keys */
export function readRegistryKeys({ status, body }: RegistryAnswer): readonly RegistryKey[] | undefined {
  if (status !== 200) return undefined;
  try {
    const { keys } = JSON.parse(body) as { readonly keys?: unknown };
    return Array.isArray(keys) ? keys.flatMap((key) => readKey(key as RawKey | null) ?? []) : undefined;
  } catch {
    return undefined;
  }
}

/** It comes from outside, so nothing in it is certain. */
interface RawKey {
  readonly keyid?: unknown;
  readonly key?: unknown;
  readonly expires?: unknown;
}

function readKey(raw: RawKey | null): RegistryKey | undefined {
  const { keyid, key, expires } = raw ?? {};
  if (typeof keyid !== 'string' || typeof key !== 'string') return undefined;
  return { keyid, key, expires: typeof expires === 'string' ? Date.parse(expires) : undefined };
}

/**
 * Checks what the registry signed: which content belongs to which name and version, as npm's own tools check it.
 * Source: npm's documentation, "About registry signatures".
 * @throws FettleError E_CHECKSUM for a signature that is wrong, or made with a key that is not the registry's
 */
export function assertSigned(release: NpmRelease, keys: readonly RegistryKey[], question: Question): void {
  const { version, signing, publishedAt } = release;
  const message = `${question.reference.name}@${version}:${signing.integrity}`;
  for (const signature of signing.signatures) {
    const key = keys.find(({ keyid }) => keyid === signature.keyid);
    if (!key) throw notSigned(release, question, 'is of a key that the registry does not have');
    // A key that has run out still vouches for what was published before.
    const published = Date.parse(publishedAt ?? '');
    if (key.expires !== undefined && published >= key.expires)
      throw notSigned(release, question, 'was made with a key that had expired');
    if (!isSignedBy(key, message, signature)) throw notSigned(release, question, 'is not that of its content');
  }
}

function isSignedBy({ key }: RegistryKey, message: string, { sig }: NpmSignature): boolean {
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    return createVerify('SHA256').update(message).verify(publicKey, sig, 'base64');
  } catch {
    return false;
  }
}

function notSigned({ version }: NpmRelease, question: Question, problem: string): FettleError {
  const { name } = question.reference;
  return new FettleError('E_CHECKSUM', `The registry's signature of ${name}@${version} ${problem}.`, {
    facts: { ...factsOf(question), version },
    hint: 'Somebody between here and the registry may have changed what it says. Ask another registry, or the package authors.',
  });
}
