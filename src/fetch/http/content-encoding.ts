import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FettleError, messageOf } from '../../errors/index.js';
import { storageFailure } from '../local-failure.js';

/** What a server did to a body on its way, against our asking for the file as it is; undefined for nothing. */
export function encodingOf(headers: Readonly<Record<string, string>>): string | undefined {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase().replace(/^x-/, '');
  return encoding === '' || encoding === 'identity' ? undefined : encoding;
}

/**
 * Whether an encoding only says what kind of file it is: servers that know `.gz` as an encoding send `kit.tar.gz` as
 * it is and call it a gzip-encoded tar.
 */
export function isFileItself(encoding: string, fileName: string, contentType: string | undefined): boolean {
  if (encoding !== 'gzip') return false;
  return (
    /\.(gz|tgz|crate|apk)$/i.test(fileName) ||
    /^application\/(x-)?(gzip|tgz|gtar-compressed|tar\+gzip)\b/i.test(contentType ?? '')
  );
}

/**
 * Undoes an encoding, from one file into another.
 * @throws FettleError E_FETCH for an encoding that is not known, a body that is not in it, and one that becomes so much
 * more that it is taken for a bomb; E_DISK_FULL
 */
export async function decodeFile(
  encoding: string,
  {
    from,
    to,
    url,
    signal,
  }: { readonly from: string; readonly to: string; readonly url: string; readonly signal: AbortSignal },
): Promise<void> {
  const decoder = await openDecoder(encoding);
  if (!decoder) throw undecodable(url, encoding, 'fettle does not know it');
  try {
    const meter = meterOf((await stat(from)).size);
    await pipeline(createReadStream(from), decoder, meter, createWriteStream(to, { flags: 'w' }), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw storageFailure(error, to) ?? undecodable(url, encoding, messageOf(error), error);
  }
}

/** What no honest file reaches; short ones may be all zeros. */
const MAX_RATIO = 1000;
const FREE_OF_RATIO = 64 * 1024 ** 2;

function meterOf(encodedBytes: number): Transform {
  const most = Math.max(FREE_OF_RATIO, encodedBytes * MAX_RATIO);
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(new Error(`${String(encodedBytes)} bytes become more than ${String(most)}`));
      else done(null, chunk);
    },
  });
}

async function openDecoder(encoding: string): Promise<Transform | undefined> {
  const { createBrotliDecompress, createGunzip, createInflate } = await import('node:zlib');
  const decoders: Readonly<Record<string, () => Transform>> = {
    gzip: createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  };
  return Object.hasOwn(decoders, encoding) ? decoders[encoding]?.() : undefined;
}

function undecodable(url: string, encoding: string, problem: string, cause?: unknown): FettleError {
  return new FettleError(
    'E_FETCH',
    `Downloading ${url} failed: its encoding ${encoding} cannot be undone: ${problem}.`,
    {
      facts: { url, encoding, problem },
      hint: 'fettle asks for files as they are; the server, or a proxy on the way, encodes them nevertheless.',
      cause,
    },
  );
}
