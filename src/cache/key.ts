import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/** The derivation key of `inputs`: SHA-256 over their canonical JSON, 64 hex digits. */
export function derivationKey(inputs: unknown): string {
  return createHash('sha256').update(canonicalJson(inputs)).digest('hex');
}
