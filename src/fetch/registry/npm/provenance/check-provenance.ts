import { hasCode, messageOf } from '../../../../errors/index.js';
import type { BuildOrigin } from '../../resolved-package.js';
import { askNpm, keysOf, type NpmEnquiry } from '../npm-enquiry.js';
import type { NpmAttestations, NpmRelease, Packument } from '../packument.js';
import { readAttestations, type Attestation } from './attestation.js';
import { assertIsAbout } from './attestation-subject.js';
import { findLostProvenance } from './lost-provenance.js';
import { uncheckedProvenance, wrongProvenance, type Attested, type Unchecked } from './provenance-failures.js';
import { findTrustRoot } from './trust-root.js';
import { verifyOrigin } from './verify-origin.js';
import { isKeySigned } from './verify-attestation.js';

/** What a release's attestations have shown. */
export interface Provenance {
  readonly proofs: readonly string[];
  readonly build: BuildOrigin | undefined;
  readonly warnings: readonly string[];
}

const NOTHING: Provenance = { proofs: [], build: undefined, warnings: [] };
/** Those of a release have some ten kilobytes each. */
const LARGEST_DOCUMENT = 4 * 1024 * 1024;

/**
 * Checks the attestations that a registry announces for a version, as `npm audit signatures` does: that they are signed
 * by whom they should be, and speak of this very file. One that cannot be checked is a warning, or, for a strict
 * manifest, a failure. A file whose digest was locked has been looked at when it was locked.
 * @throws FettleError E_PROVENANCE
 */
export async function checkProvenance(
  release: NpmRelease,
  releases: Packument['releases'],
  enquiry: NpmEnquiry,
): Promise<Provenance> {
  const { options, context, registry, question } = enquiry;
  const { name } = question.reference;
  if (options.expected && options.details !== true) return NOTHING;
  const lost = await findLostProvenance(name, release, releases);
  const warnings = lost === undefined ? [] : [lost];
  const { attestations } = release.signing;
  if (!attestations) return { ...NOTHING, warnings };
  const work = `npm provenance ${registry.url} ${name}@${release.version}`;
  const found = await context.remembered.get(work, options.signal, () => verify(release, attestations, enquiry));
  if (!('unchecked' in found)) return { ...found, warnings: [...warnings, ...found.warnings] };
  if (options.isStrict === true) throw uncheckedProvenance({ version: release.version, enquiry }, found.unchecked);
  return { ...NOTHING, warnings: [...warnings, found.unchecked] };
}

async function verify(
  release: NpmRelease,
  announced: NpmAttestations,
  enquiry: NpmEnquiry,
): Promise<Provenance | Unchecked> {
  const attested = { version: release.version, enquiry };
  const attestations = await fetchAttestations(announced.url, attested);
  if ('unchecked' in attestations) return attestations;
  assertAnnounced(announced, attestations, attested);
  for (const { statement } of attestations) assertIsAbout(statement, release, attested);
  return verifyAll(attestations, attested);
}

async function fetchAttestations(url: string, attested: Attested): Promise<readonly Attestation[] | Unchecked> {
  const { enquiry } = attested;
  const place = placeAttestations(url, enquiry.registry.url);
  try {
    const answer = await askNpm(enquiry, place, { maxBytes: LARGEST_DOCUMENT });
    if (answer.status !== 200) return notHandedOut(enquiry, `it answers ${String(answer.status)}`);
    const attestations = readAttestations(answer.body);
    if (attestations) return attestations;
  } catch (error) {
    if (!hasCode(error, 'E_FETCH')) throw error;
    return notHandedOut(enquiry, messageOf(error));
  }
  throw wrongProvenance(attested, { problem: 'cannot be read', got: `no attestations at ${place}` });
}

/** Said once for all packages of a registry. */
function notHandedOut({ registry }: NpmEnquiry, reason: string): Unchecked {
  return {
    unchecked: `Provenance is not checked: ${registry.url} announces attestations but does not hand them out (${reason})`,
  };
}

/** Always on the registry that is configured: a mirror passes on the address of another one. */
function placeAttestations(url: string, registry: string): string {
  const base = new URL(registry);
  const { pathname } = new URL(url, base);
  return new URL(pathname.startsWith(base.pathname) ? pathname : base.pathname + pathname.slice(1), base).href;
}

/** Somebody who took the provenance away must not get away with leaving the rest. */
function assertAnnounced(
  { provenance }: NpmAttestations,
  attestations: readonly Attestation[],
  attested: Attested,
): void {
  const types = attestations.filter((each) => !isKeySigned(each)).map(({ statement }) => statement.predicateType);
  if (provenance === undefined || types.includes(provenance)) return;
  throw wrongProvenance(attested, {
    problem: 'do not have the provenance that the registry announces',
    expected: provenance,
    got: types,
  });
}

async function verifyAll(attestations: readonly Attestation[], attested: Attested): Promise<Provenance | Unchecked> {
  const { context, options } = attested.enquiry;
  const keys = await keysOf(attested.enquiry);
  const trust = await findTrustRoot(context, options.signal).catch((error: unknown) => {
    options.signal.throwIfAborted();
    if (hasCode(error, 'E_REGISTRY')) throw error;
    return { unchecked: `Provenance is not checked: there is no trust root of Sigstore (${messageOf(error)})` };
  });
  if ('unchecked' in trust) return trust;
  // Without the registry's keys nothing can be said of what it signed.
  const verifiable = attestations.filter((each) => keys.length > 0 || !isKeySigned(each));
  let build: BuildOrigin | undefined;
  for (const attestation of verifiable) {
    const origin = await verifyOrigin(attestation, { trust, keys }, attested);
    if (origin && 'unchecked' in origin) return origin;
    build ??= origin;
  }
  const isPublished = verifiable.some(isKeySigned);
  return {
    proofs: [...(isPublished ? ['publish attestation'] : []), ...(build ? ['provenance'] : [])],
    build,
    warnings: [],
  };
}
