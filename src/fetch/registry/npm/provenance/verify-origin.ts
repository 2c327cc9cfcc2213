import type { Signer } from '@sigstore/verify';
import { hasCode, messageOf } from '../../../../errors/index.js';
import type { BuildOrigin } from '../../resolved-package.js';
import type { Attestation } from './attestation.js';
import { readBuildOrigin } from './build-origin.js';
import { wrongProvenance, type Attested, type Unchecked } from './provenance-failures.js';
import { isKeySigned, verifyAttestation, type Trusted } from './verify-attestation.js';

/** What a signer that is newer than the trust root looks like to the library. Everything else is wrong in itself. */
const OF_STRANGERS = [
  'CERTIFICATE_ERROR',
  'TIMESTAMP_ERROR',
  'TLOG_ERROR',
  'TLOG_INCLUSION_PROOF_ERROR',
  'TLOG_INCLUSION_PROMISE_ERROR',
];

/** Statements of provenance (SLSA, any version). */
const PROVENANCE = 'https://slsa.dev/provenance/';

/**
 * Verifies an attestation.
 * @returns for provenance the build that signed it; undefined for others, as those of the registry
 * @throws FettleError E_PROVENANCE
 */
export async function verifyOrigin(
  attestation: Attestation,
  trusted: Trusted,
  attested: Attested,
): Promise<BuildOrigin | Unchecked | undefined> {
  const signer = await verifySigner(attestation, trusted, attested);
  if ('unchecked' in signer) return signer;
  if (isKeySigned(attestation) || !attestation.statement.predicateType.startsWith(PROVENANCE)) return undefined;
  const origin = await readBuildOrigin(signer);
  if (origin) return origin;
  throw wrongProvenance(attested, {
    problem: 'are signed by nobody who builds software',
    expected: 'the certificate of a build service',
    got: signer.identity?.subjectAlternativeName ?? 'another certificate',
  });
}

async function verifySigner(
  attestation: Attestation,
  trusted: Trusted,
  attested: Attested,
): Promise<Signer | Unchecked> {
  try {
    return await verifyAttestation(attestation, trusted);
  } catch (error) {
    const { datedBecause } = trusted.trust;
    const problem = messageOf(error);
    if (datedBecause !== undefined && OF_STRANGERS.some((code) => hasCode(error, code))) {
      return {
        unchecked: `Provenance is not checked: the trust root of Sigstore at hand is not today's (${datedBecause}) and does not know who signed`,
      };
    }
    throw wrongProvenance(attested, {
      problem: 'are not signed as they should be',
      expected: `a valid signature of ${attestation.statement.predicateType}`,
      got: problem,
      cause: error,
    });
  }
}
