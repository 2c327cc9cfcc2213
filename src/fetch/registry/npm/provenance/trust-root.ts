import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { FettleError, messageOf } from '../../../../errors/index.js';
import type { RegistryContext } from '../../resolved-package.js';
import { obtainPublicRoot } from './public-root.js';

/** The authorities whose certificates, and the logs whose entries, are believed. */
export interface TrustRoot {
  readonly root: TrustedRoot;
  /** Why it may not be today's; undefined for one that is. */
  readonly datedBecause: string | undefined;
}

/** Names a trusted root of one's own, for an own Sigstore; then no other is believed. */
const VARIABLE = 'FETTLE_SIGSTORE_TRUSTED_ROOT';

/**
 * Finds the trust root of a run, once: the file of FETTLE_SIGSTORE_TRUSTED_ROOT, else that of the public Sigstore.
 * @throws FettleError E_REGISTRY for a file that cannot be used; whatever keeps the public one from being read
 */
export function findTrustRoot(context: RegistryContext, signal: AbortSignal): Promise<TrustRoot> {
  const { remembered, host } = context;
  const file = host.env[VARIABLE] ?? '';
  return remembered.get('sigstore trust root', signal, async () => {
    if (file !== '') return { root: await readOwnRoot(resolve(host.cwd, file)), datedBecause: undefined };
    const { text, datedBecause } = await obtainPublicRoot(context, signal);
    return { root: await parseRoot(text), datedBecause };
  });
}

async function readOwnRoot(path: string): Promise<TrustedRoot> {
  try {
    const root = await parseRoot(await readFile(path, 'utf8'));
    if (root.certificateAuthorities.length === 0) throw new TypeError('it names no certificate authority');
    return root;
  } catch (error) {
    throw new FettleError('E_REGISTRY', `The trusted root of ${VARIABLE} cannot be used: ${messageOf(error)}`, {
      facts: { path, variable: VARIABLE },
      hint: 'It must be a trusted_root.json, as Sigstore publishes it.',
      cause: error,
    });
  }
}

async function parseRoot(text: string): Promise<TrustedRoot> {
  const { TrustedRoot: format } = await import('@sigstore/protobuf-specs');
  return format.fromJSON(JSON.parse(text));
}
