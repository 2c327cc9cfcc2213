import { readFile } from 'node:fs/promises';
import { FettleError, messageOf } from '../../errors/index.js';
import type { Host } from '../../host/index.js';

/**
 * The authorities that are trusted instead of Node's own, as PEM texts: those of `SSL_CERT_FILE`, as OpenSSL reads it.
 * Node adds `NODE_EXTRA_CA_CERTS` to its own list only, so they are added here too. Undefined: Node's list is right.
 * @throws FettleError E_FETCH when SSL_CERT_FILE cannot be read
 */
export async function readTrustedCertificates(env: Host['env']): Promise<readonly string[] | undefined> {
  const { SSL_CERT_FILE: file = '', NODE_EXTRA_CA_CERTS: extra = '' } = env;
  if (file === '') return undefined;
  const certificates = [await readAuthorities(file)];
  // Node itself warns of an unreadable one, and goes on.
  const more = extra === '' ? undefined : await readFile(extra, 'utf8').catch(() => undefined);
  return more === undefined ? certificates : [...certificates, more];
}

async function readAuthorities(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new FettleError('E_FETCH', `The certificates of SSL_CERT_FILE cannot be read: ${messageOf(error)}`, {
      facts: { path: file },
      hint: 'Let SSL_CERT_FILE name a file of certificates in PEM form, or unset it.',
      cause: error,
    });
  }
}
