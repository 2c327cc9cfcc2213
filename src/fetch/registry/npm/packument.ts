import type { Integrity } from '../../integrity.js';
import { isHttpUrl } from '../credentials.js';
import { strongestOfHex, strongestOfSri } from '../digest.js';

/** What a registry tells of one version. */
export interface NpmRelease {
  readonly version: string;
  readonly tarball: string;
  readonly integrity: Integrity | undefined;
  /** Why it should not be used any more. */
  readonly deprecated: string | undefined;
  /** ISO 8601; only the whole document has it. */
  readonly publishedAt: string | undefined;
  readonly signing: NpmSigning;
}

/** What the registry signed, and where the statements about it are. */
export interface NpmSigning {
  /** The SRI string as published: it is part of what is signed. */
  readonly integrity: string;
  readonly signatures: readonly NpmSignature[];
  readonly attestations: NpmAttestations | undefined;
}

/** Signed statements about a version that the registry announces. */
export interface NpmAttestations {
  /** Where they are, maybe on the registry that a mirror has them from. */
  readonly url: string;
  /** Of which type the statement of who built it is; undefined when there is none. */
  readonly provenance: string | undefined;
}

export interface NpmSignature {
  readonly keyid: string;
  readonly sig: string;
}

/** npm's document about a package. */
export interface Packument {
  readonly releases: ReadonlyMap<string, NpmRelease>;
  /** Dist-tags: name → version. */
  readonly tags: ReadonlyMap<string, string>;
}

/** What is used of a packument; it comes from outside, so nothing in it is certain. */
interface RawPackument {
  readonly versions?: unknown;
  readonly 'dist-tags'?: unknown;
  readonly time?: unknown;
}

interface RawVersion {
  readonly dist?: {
    readonly tarball?: unknown;
    readonly integrity?: unknown;
    readonly shasum?: unknown;
    readonly signatures?: unknown;
    readonly attestations?: RawAttestations | null;
  } | null;
  readonly deprecated?: unknown;
}

interface RawAttestations {
  readonly url?: unknown;
  readonly provenance?: { readonly predicateType?: unknown } | null;
}

/** @returns undefined when it is none */
export function readPackument(document: RawPackument): Packument | undefined {
  const { versions } = document;
  if (typeof versions !== 'object' || versions === null) return undefined;
  const times = textEntries(document.time);
  const releases = Object.entries(versions as Record<string, RawVersion | null>).flatMap(([version, manifest]) => {
    const release = readRelease(version, manifest, times.get(version));
    return release ? [[version, release] as const] : [];
  });
  return { releases: new Map(releases), tags: textEntries(document['dist-tags']) };
}

function readRelease(version: string, manifest: RawVersion | null, time: string | undefined): NpmRelease | undefined {
  const { tarball, integrity, shasum, signatures, attestations } = manifest?.dist ?? {};
  if (typeof tarball !== 'string' || !isHttpUrl(tarball)) return undefined;
  const sri = typeof integrity === 'string' ? integrity : '';
  const deprecated = manifest?.deprecated;
  return {
    version,
    tarball,
    integrity: strongestOfSri(sri) ?? strongestOfHex({ sha1: shasum }),
    deprecated: typeof deprecated === 'string' && deprecated !== '' ? deprecated : undefined,
    publishedAt: time,
    signing: {
      integrity: sri,
      signatures: Array.isArray(signatures) ? signatures.filter(isSignature) : [],
      attestations: readAttestations(attestations ?? {}),
    },
  };
}

function readAttestations({ url, provenance }: RawAttestations): NpmAttestations | undefined {
  if (typeof url !== 'string' || !isHttpUrl(url)) return undefined;
  const predicateType = provenance?.predicateType;
  return { url, provenance: typeof predicateType === 'string' ? predicateType : undefined };
}

function isSignature(value: unknown): value is NpmSignature {
  const { keyid, sig } = (value ?? {}) as Partial<Record<keyof NpmSignature, unknown>>;
  return typeof keyid === 'string' && typeof sig === 'string';
}

function textEntries(value: unknown): ReadonlyMap<string, string> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
