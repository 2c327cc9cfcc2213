import { createReadStream } from 'node:fs';
import { FettleError } from '../errors/index.js';
import type { Digests } from './digests.js';
import type { Integrity } from './integrity.js';

/** A file that has come, and what was expected of it. */
export interface Delivery {
  readonly file: string;
  readonly bytes: number;
  readonly digests: Digests;
  readonly expected: Integrity | undefined;
  /** Where it came from, without credentials. */
  readonly url: string;
}

/** @throws FettleError E_CHECKSUM when the file is not the one that was expected */
export async function assertExpected(delivery: Delivery): Promise<void> {
  const { expected, digests } = delivery;
  if (!expected) return;
  const got = digests.hex(expected.algorithm);
  if (got !== expected.value) throw await mismatch(delivery, expected, got);
}

async function mismatch(delivery: Delivery, expected: Integrity, got: string): Promise<FettleError> {
  const { url, bytes } = delivery;
  const isPage = await looksLikeWebPage(delivery.file);
  return new FettleError('E_CHECKSUM', `The ${expected.algorithm} of ${url} is not the one that was expected.`, {
    facts: {
      url,
      algorithm: expected.algorithm,
      expected: expected.value,
      got,
      bytes,
      ...(isPage && { content: 'looks like a web page' }),
    },
    hint: isPage
      ? 'The server sent a web page, perhaps one that asks to sign in or says that the file is gone. Check the URL.'
      : 'If the file was meant to change, find out why and update its digest. Else somebody may have tampered with it.',
  });
}

async function looksLikeWebPage(file: string): Promise<boolean> {
  for await (const chunk of createReadStream(file, { end: 1023, encoding: 'latin1' })) {
    return /^\W*<(!doctype\s+html|html|head|body)\b/i.test(String(chunk).replace(/<!--.*?-->/gs, ''));
  }
  return false;
}
