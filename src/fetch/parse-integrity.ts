import { FettleError } from '../errors/index.js';
import { DIGEST_LENGTHS, type Integrity } from './integrity.js';

/**
 * Reads an expected digest: 64 hexadecimal digits (SHA-256), Go's `h1:…`, or a Subresource Integrity string (W3C
 * SRI), of whose hashes the strongest counts.
 * @throws FettleError E_INTEGRITY_SPEC
 */
export function parseIntegrity(text: string): Integrity {
  const written = text.trim();
  if (/^[0-9a-f]{64}$/i.test(written)) return { algorithm: 'sha256', value: written.toLowerCase() };
  const moduleHash = parseModuleHash(written);
  if (moduleHash) return moduleHash;
  const hashes = written.split(/\s+/).map((hash) => parseHash(hash, text));
  for (const [algorithm] of DIGEST_LENGTHS) {
    const found = hashes.find((hash) => hash?.algorithm === algorithm);
    if (found) return found;
  }
  throw invalidIntegrity(text, 'names no algorithm that fettle knows');
}

/** A line of `go.sum` ends in `h1:` and base64. */
function parseModuleHash(written: string): Integrity | undefined {
  const [, base64 = ''] = /^h1[:-]([A-Za-z0-9+/]{43}=)$/.exec(written) ?? [];
  return base64 === '' ? undefined : { algorithm: 'h1', value: Buffer.from(base64, 'base64').toString('hex') };
}

/** Undefined for an algorithm that is not known: SRI says to pass over those. */
function parseHash(hash: string, text: string): Integrity | undefined {
  const [, name = '', base64 = ''] = /^([a-z0-9]+)-([^?]*)(?:\?.*)?$/i.exec(hash) ?? [];
  if (name === '') throw invalidIntegrity(text, describeShape(text));
  const known = DIGEST_LENGTHS.find(([algorithm]) => algorithm === name.toLowerCase());
  if (!known) return undefined;
  const [algorithm, bytes] = known;
  const digest = Buffer.from(base64, 'base64');
  if (digest.toString('base64') !== base64) throw invalidIntegrity(text, `has a ${algorithm} that is not base64`);
  if (digest.length !== bytes)
    throw invalidIntegrity(text, `has a ${algorithm} of ${digest.length} bytes, not ${bytes}`);
  return { algorithm, value: digest.toString('hex') };
}

function describeShape(text: string): string {
  const digits = text.trim();
  if (/^[0-9a-f]+$/i.test(digits)) return `has ${digits.length} hexadecimal digits; a SHA-256 has 64`;
  return 'is neither 64 hexadecimal digits nor of the form algorithm-base64';
}

function invalidIntegrity(text: string, problem: string): FettleError {
  return new FettleError('E_INTEGRITY_SPEC', `The digest "${text}" ${problem}.`, {
    facts: { digest: text, algorithms: DIGEST_LENGTHS.map(([algorithm]) => algorithm) },
    hint: 'Give 64 hexadecimal digits (SHA-256), or an SRI string such as sha512-….',
  });
}
