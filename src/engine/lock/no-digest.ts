import { FettleError } from '../../errors/index.js';

/** The error for sources that nobody vouches for, in a strict manifest. */
export function noDigest(manifest: string, missing: readonly string[]): FettleError {
  const subject = missing.length === 1 ? '1 source has' : `${missing.length} sources have`;
  return new FettleError('E_NO_DIGEST', `${subject} no digest, and the manifest is strict.`, {
    facts: { manifest, missing },
    hint: 'Give each a sha256; "fettle fetch URL" and "fettle hash FILE" tell it. Or take strict = true out of the manifest.',
  });
}
