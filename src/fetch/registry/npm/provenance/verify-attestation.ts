import { createPublicKey } from 'node:crypto';
import type { KeyFinderFunc, Signer } from '@sigstore/verify';
import type { RegistryKey } from '../npm-signatures.js';
import type { Attestation } from './attestation.js';
import type { TrustRoot } from './trust-root.js';

/** Who may have signed. */
export interface Trusted {
  readonly trust: TrustRoot;
  readonly keys: readonly RegistryKey[];
}

/**
 * Verifies a bundle with Sigstore's own library: the signature over the statement; for a certificate its chain, that it
 * is in a log of certificates, and that it was valid when it was used; that the signature is in a transparency log. A
 * registry signs with its key instead, which must have been in use then.
 * @throws what the library throws for a bundle that is wrong
 */
export async function verifyAttestation({ bundle }: Attestation, { trust, keys }: Trusted): Promise<Signer> {
  const { bundleFromJSON } = await import('@sigstore/bundle');
  const { toSignedEntity, toTrustMaterial, Verifier } = await import('@sigstore/verify');
  const material = toTrustMaterial(trust.root, await finderOf(keys));
  return new Verifier(material).verify(toSignedEntity(bundleFromJSON(bundle)));
}

/** Whether it is signed with a key, which is the registry's, and not with a certificate. */
export function isKeySigned({ bundle }: Attestation): boolean {
  const { verificationMaterial } = bundle as {
    readonly verificationMaterial?: { readonly publicKey?: unknown } | null;
  };
  return verificationMaterial?.publicKey != null;
}

async function finderOf(keys: readonly RegistryKey[]): Promise<KeyFinderFunc> {
  const { VerificationError } = await import('@sigstore/verify');
  return (hint) => {
    const key = keys.find(({ keyid }) => keyid === hint);
    if (!key)
      throw new VerificationError({ code: 'PUBLIC_KEY_ERROR', message: `the registry has no key named '${hint}'` });
    return {
      publicKey: createPublicKey({ key: Buffer.from(key.key, 'base64'), format: 'der', type: 'spki' }),
      validFor: (date) => key.expires === undefined || date.getTime() < key.expires,
    };
  };
}
