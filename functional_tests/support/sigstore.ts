import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { bundleToJSON, toDSSEBundle, type Bundle } from '@sigstore/bundle';
import { dsse, X509Certificate } from '@sigstore/core';
import { initializeCA, type CA } from '@sigstore/mock/dist/fulcio/ca.js';
import type { CTLog } from '@sigstore/mock/dist/fulcio/ctlog.js';
import { initializeTLog, type TLog } from '@sigstore/mock/dist/rekor/tlog.js';
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs';

export const SLSA = 'https://slsa.dev/provenance/v1';
const PUBLISH = 'https://example.com/specs/publish/v0.1';
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const LOG = 'https://log.example.com';

/** What a statement is about. */
export interface StatementSubject {
  /** A package URL. */
  readonly name: string;
  /** Hex. */
  readonly sha512: string;
}

export interface Attestation {
  readonly predicateType: string;
  readonly bundle: object;
}

/** What the authority writes into certificates of build services, by its number. */
export const BUILD = {
  builder: { id: 9, value: 'https://example.com/shared/.ci/build.yml@refs/tags/v1' },
  repository: { id: 12, value: 'https://example.com/acme/kit' },
  commit: { id: 13, value: '0123456789abcdef0123456789abcdef01234567' },
  workflow: { id: 18, value: 'https://example.com/acme/kit/.ci/release.yml@refs/tags/v1.0.0' },
  run: { id: 21, value: 'https://example.com/acme/kit/runs/7' },
} as const;

const AUTHORITY = '1.3.6.1.4.1.57264.1';

/** Who asks for a certificate, and what is written into it. */
const SIGNERS = {
  service: Object.values(BUILD).map(({ id, value }) => ({ oid: `${AUTHORITY}.${id}`, value })),
  oldService: [
    { oid: `${AUTHORITY}.3`, value: BUILD.commit.value, legacy: true },
    { oid: `${AUTHORITY}.5`, value: 'acme/kit', legacy: true },
  ],
  person: [],
} as const;

/** A Sigstore of its own: authority, log of certificates, transparency log, and the key of a registry. */
export class Sigstore {
  /** As a registry publishes it. */
  readonly registryKey: { readonly keyid: string; readonly key: string };
  readonly #registry = newKeys();

  private constructor(
    private readonly authority: CA,
    private readonly certificates: CTLog,
    private readonly log: TLog,
  ) {
    const key = this.#registry.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    this.registryKey = { keyid: 'SHA256:registry', key };
  }

  static async create(): Promise<Sigstore> {
    const certificates = openCertificateLog();
    const authority = await initializeCA(newKeys(), certificates);
    return new Sigstore(authority, certificates, await initializeTLog(LOG, newKeys()));
  }

  /** What those must believe who are to believe it: a trusted_root.json. */
  get trustedRoot(): unknown {
    const since = { start: new Date(0) };
    const logOf = (publicKey: Buffer) => ({
      baseUrl: LOG,
      hashAlgorithm: HashAlgorithm.SHA2_256,
      publicKey: { rawBytes: publicKey, keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256, validFor: since },
      logId: { keyId: createHash('sha256').update(publicKey).digest() },
      checkpointKeyId: undefined,
      operator: '',
    });
    const root = {
      subject: { commonName: 'sigstore', organization: 'example' },
      uri: 'https://authority.example.com',
      certChain: { certificates: [{ rawBytes: this.authority.rootCertificate }] },
      validFor: since,
      operator: '',
    };
    return TrustedRoot.toJSON({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [logOf(this.log.publicKey)],
      certificateAuthorities: [root],
      ctlogs: [logOf(this.certificates.publicKey)],
      timestampAuthorities: [],
    });
  }

  /** A statement of who built a package. */
  async provenance(subject: StatementSubject, signer: keyof typeof SIGNERS = 'service'): Promise<Attestation> {
    const keys = newKeys();
    const certificate = await this.authority.issueCertificate({
      publicKey: keys.publicKey.export({ format: 'der', type: 'spki' }),
      subjectAltName: signer === 'person' ? 'https://example.com/people/ann' : BUILD.workflow.value,
      extensions: [...SIGNERS[signer]],
    });
    return this.#attest(statement(subject, SLSA), SLSA, { privateKey: keys.privateKey, certificate });
  }

  /** A statement that a registry has accepted a package. */
  async publishing(subject: StatementSubject): Promise<Attestation> {
    const { privateKey } = this.#registry;
    return this.#attest(statement(subject, PUBLISH), PUBLISH, { privateKey, keyHint: this.registryKey.keyid });
  }

  async #attest(payload: Buffer, predicateType: string, by: SignedBy): Promise<Attestation> {
    const { privateKey, ...signer } = by;
    const signature = sign('sha256', dsse.preAuthEncoding(PAYLOAD_TYPE, payload), privateKey);
    const bundle = toDSSEBundle({ artifact: payload, artifactType: PAYLOAD_TYPE, signature, ...signer });
    bundle.verificationMaterial.tlogEntries.push(await this.#enter(payload, signature));
    return { predicateType, bundle: bundleToJSON(bundle) };
  }

  async #enter(payload: Buffer, signature: Buffer): Promise<LogEntry> {
    const kindVersion = { kind: 'dsse', version: '0.0.1' };
    const value = createHash('sha256').update(payload).digest('hex');
    const answer = await this.log.log({
      kind: kindVersion.kind,
      apiVersion: kindVersion.version,
      spec: {
        payloadHash: { algorithm: 'sha256', value },
        signatures: [{ signature: signature.toString('base64'), verifier: '' }],
      },
    });
    return readEntry(Object.values(answer as Readonly<Record<string, LogAnswer>>)[0], kindVersion);
  }
}

type LogEntry = Bundle['verificationMaterial']['tlogEntries'][number];

interface SignedBy {
  readonly privateKey: KeyObject;
  readonly certificate?: Buffer;
  readonly keyHint?: string;
}

/** What a log answers; the package with its types is not among those that the mock brings along. */
interface LogAnswer {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly inclusionProof: Readonly<Record<'logIndex' | 'treeSize', number>> &
      Readonly<Record<'rootHash' | 'checkpoint', string>>;
    readonly signedEntryTimestamp: string;
  };
}

function readEntry(answer: LogAnswer | undefined, kindVersion: LogEntry['kindVersion']): LogEntry {
  if (!answer) throw new TypeError('the log made no entry');
  const { inclusionProof: proof, signedEntryTimestamp } = answer.verification;
  return {
    logIndex: String(answer.logIndex),
    logId: { keyId: Buffer.from(answer.logID, 'hex') },
    kindVersion,
    integratedTime: String(answer.integratedTime),
    inclusionPromise: { signedEntryTimestamp: Buffer.from(signedEntryTimestamp, 'base64') },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      rootHash: Buffer.from(proof.rootHash, 'hex'),
      treeSize: String(proof.treeSize),
      hashes: [],
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: Buffer.from(answer.body, 'base64'),
  };
}

function statement({ name, sha512 }: StatementSubject, predicateType: string): Buffer {
  const text = { _type: 'https://in-toto.io/Statement/v1', subject: [{ name, digest: { sha512 } }], predicateType };
  return Buffer.from(JSON.stringify({ ...text, predicate: {} }));
}

/**
 * Vouches for certificates by timestamps in them (RFC 6962, 3.2). The mock's own writes timestamps without signatures
 * since a package that it uses has changed.
 */
function openCertificateLog(): CTLog {
  const { publicKey, privateKey } = newKeys();
  const key = publicKey.export({ format: 'der', type: 'spki' });
  const logID = createHash('sha256').update(key).digest();
  const log: CTLog['log'] = async (certificate, issuer) => {
    const content = X509Certificate.parse(Buffer.from(certificate)).tbsCertificate.toDER();
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(Date.now()));
    const entry = Buffer.concat([Buffer.from(issuer), bigEndian(3, content.length), content]);
    const signed = Buffer.concat([Buffer.from([0, 0]), time, bigEndian(2, 1), entry, bigEndian(2, 0)]);
    const signature = sign('sha256', signed, privateKey);
    const algorithms = Buffer.from([4, 3]);
    const stamp = [
      Buffer.from([0]),
      logID,
      time,
      bigEndian(2, 0),
      algorithms,
      bigEndian(2, signature.length),
      signature,
    ];
    const bytes = Buffer.concat(stamp);
    return new Uint8Array(Buffer.concat([bigEndian(2, bytes.length), bytes])).buffer;
  };
  return { publicKey: key, logID, log };
}

function bigEndian(bytes: number, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}
