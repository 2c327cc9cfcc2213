import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { TemporaryFolder } from '../../support/temporary-folder-rig.js';
import { download, type Downloaded } from './download.js';
import type { HttpClient } from './http-client.js';
import { UnfinishedFile } from './unfinished-file.js';

const BODY = Buffer.from('all there is');

/** Sends these bytes, and then the connection is reset before anybody could see that they are the last. */
function reset(bytes: Buffer): Readable {
  return Readable.from(
    (function* () {
      yield bytes;
      throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    })(),
  );
}

async function downloadOf(body: Readable, headers: Record<string, string>): Promise<Downloaded & { text: string }> {
  using folder = new TemporaryFolder();
  const path = join(folder.directory, 'body');
  const url = 'http://127.0.0.1/body';
  const client = { get: () => Promise.resolve({ status: 200, headers, body, url }) } as unknown as HttpClient;
  const file = await UnfinishedFile.open(path, url);
  const signal = new AbortController().signal;
  const sha256 = { algorithm: 'sha256', value: createHash('sha256').update(BODY).digest('hex') } as const;
  const request = { url, headers: {}, file, expected: sha256, emit: () => undefined, signal, now: () => 0 };
  const downloaded = await download(client, request);
  return { ...downloaded, text: readFileSync(path, 'utf8') };
}

test('a connection that is reset when all has come costs nothing', async () => {
  const downloaded = await downloadOf(reset(BODY), { 'content-length': String(BODY.length) });
  expect(downloaded).toMatchObject({ bytes: BODY.length, text: BODY.toString(), isResumed: false });
});

test('one that is reset before fails, with what reset it', async () => {
  const headers = { 'content-length': String(BODY.length) };
  await expect(downloadOf(reset(BODY.subarray(0, 5)), headers)).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('so does one where nobody knows how much was to come', async () => {
  await expect(downloadOf(reset(BODY), {})).rejects.toMatchObject({ code: 'ECONNRESET' });
});
