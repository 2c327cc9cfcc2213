import { createReadStream } from 'node:fs';
import { FettleError } from '../errors/index.js';

const ARCHIVE_NAME = /\.(t?gz|tar|t?bz2|tbz|t?xz|t?zst|lz|zip|whl|jar|crate|deb|7z|rpm|msi|dmg)$/i;
const READ_BYTES = 1024;

/** Whether a file begins as web pages do. */
export async function looksLikeWebPage(file: string): Promise<boolean> {
  return /^\W*<(!doctype\s+html|html|head|body)\b/i.test((await beginningOf(file)).replace(/<!--.*?-->/gs, ''));
}

export const WEB_PAGE_HINT =
  'The server sent a web page, perhaps one that asks to sign in or says that the file is gone. Check the URL.';

/** A file that came, and what its server called it. */
interface Received {
  readonly file: string;
  readonly fileName: string;
  /** The `content-type` header. */
  readonly contentType: string | undefined;
  /** Without credentials. */
  readonly url: string;
}

/**
 * Many servers answer 200 with a page that says the file is gone. Without a digest only its looks tell.
 * @throws FettleError E_FETCH when the name promises an archive and a web page came
 */
export async function refuseWebPage({ file, fileName, contentType, url }: Received): Promise<void> {
  if (!ARCHIVE_NAME.test(fileName)) return;
  const isCalledPage = /^(text\/html|application\/xhtml)\b/i.test(contentType ?? '') && (await isText(file));
  if (!isCalledPage && !(await looksLikeWebPage(file))) return;
  throw new FettleError('E_FETCH', `Downloading ${url} failed: a web page came, not an archive.`, {
    facts: {
      url,
      content: 'looks like a web page',
      ...(contentType !== undefined && { contentType }),
    },
    hint: WEB_PAGE_HINT,
  });
}

/** Some servers call every file a web page; no archive begins with nothing but text. */
async function isText(file: string): Promise<boolean> {
  return !/[^\t\n\f\r\x20-\x7e\x80-\xff]/.test(await beginningOf(file));
}

async function beginningOf(file: string): Promise<string> {
  for await (const chunk of createReadStream(file, { end: READ_BYTES - 1, encoding: 'latin1' })) return String(chunk);
  return '';
}
