import { createHash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';

/** What a server says of a file, enough to ask it later for the rest of the same one. */
interface Remembered {
  /** SHA-256 of the URL: URLs may have secrets in them. */
  readonly source: string;
  /** For `if-range`: a strong entity tag or a date. */
  readonly validator: string;
}

/** What has come of a file so far. With a record it may be continued by a later run. */
export class UnfinishedFile {
  #remembered: Remembered | undefined;
  #isBegun = false;
  readonly #source: string;

  private constructor(
    readonly path: string,
    private readonly record: string | undefined,
    url: string,
  ) {
    this.#source = createHash('sha256').update(url).digest('hex');
  }

  /** @param record where to write down what is needed to go on in a later run */
  static async open(path: string, url: string, record?: string): Promise<UnfinishedFile> {
    const file = new UnfinishedFile(path, record, url);
    if (record !== undefined) file.#remembered = await readRecord(record, file.#source);
    return file;
  }

  /** How many bytes need not come again. */
  async keptBytes(): Promise<number> {
    if (!this.#remembered) return 0;
    return stat(this.path).then(
      ({ size }) => size,
      () => 0,
    );
  }

  /** What asks a server for the bytes from `start` on, or for the whole file if it is another one now. */
  rangeHeaders(start: number): Readonly<Record<string, string>> {
    if (start === 0 || !this.#remembered) return {};
    return { range: `bytes=${start}-`, 'if-range': this.#remembered.validator };
  }

  /** The file comes from its beginning; undefined when the server cannot be asked for the rest of it later. */
  async begin(validator: string | undefined): Promise<void> {
    await this.discard();
    this.#isBegun = true;
    if (validator === undefined) return;
    this.#remembered = { source: this.#source, validator };
    if (this.record !== undefined) await writeFile(this.record, JSON.stringify(this.#remembered));
  }

  /** Leaves what a later run can go on with; what was there before stays too, when nothing has come since. */
  async leave(): Promise<void> {
    if (this.record === undefined || (this.#isBegun && !this.#remembered)) await this.discard();
  }

  async discard(): Promise<void> {
    this.#remembered = undefined;
    if (this.record !== undefined) await rm(this.record, { force: true });
    await rm(this.path, { force: true });
  }
}

async function readRecord(path: string, source: string): Promise<Remembered | undefined> {
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as Partial<Remembered> | null;
    if (record?.source !== source || typeof record.validator !== 'string') return undefined;
    return { source, validator: record.validator };
  } catch {
    // Whatever is there and cannot be read is of no use.
    return undefined;
  }
}

/**
 * What names this very content of a file: a strong entity tag, else the date of its last change if that is certain to
 * be of this content (RFC 9110, 8.8.2.2 and 13.1.5). Undefined when the server gives none, or sends no parts.
 */
export function validatorOf(headers: Readonly<Record<string, string>>): string | undefined {
  if (/^\s*none\s*$/i.test(headers['accept-ranges'] ?? '')) return undefined;
  const { etag, date, 'last-modified': modified } = headers;
  if (etag !== undefined) return /^"[^"]*"$/.test(etag) ? etag : undefined;
  const age = Date.parse(date ?? '') - Date.parse(modified ?? '');
  return modified !== undefined && age >= 1000 ? modified : undefined;
}
