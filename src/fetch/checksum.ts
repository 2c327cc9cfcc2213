import { FettleError } from '../errors/index.js';
import type { Digests } from './digests.js';
import type { Integrity } from './integrity.js';
import { looksLikeWebPage, WEB_PAGE_HINT } from './web-page.js';

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
  await digests.addWholeFile(delivery.file);
  if (expected && !isExpected(digests, expected)) {
    throw await mismatch(delivery, expected, digests.hex(expected.algorithm));
  }
}

export function isExpected(digests: Digests, expected: Integrity): boolean {
  return digests.hex(expected.algorithm) === expected.value;
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
      ? WEB_PAGE_HINT
      : 'If the file was meant to change, find out why and update its digest. Else somebody may have tampered with it.',
  });
}
