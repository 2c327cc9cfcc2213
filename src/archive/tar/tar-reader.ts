import { messageOf } from '../../errors/index.js';
import { DamagedEntry, UnsafeEntry } from '../archive-failure.js';
import { EndedEarly, type ByteSource } from '../decompress/byte-source.js';
import { parsePaxRecords, type PaxRecord } from './pax-records.js';
import { lastOf, readGnuSparseMap, readSparseMap, sparseMapOfRecords, type SparseMap } from './sparse-map.js';
import { BLOCK, readTarHeader, readText, type TarHeader } from './tar-header.js';

/** An entry with all that was said of it beforehand. */
export interface TarEntry {
  readonly type: string;
  readonly name: string;
  readonly linkName: string;
  readonly mode: number | undefined;
  /** Seconds since the epoch, with parts where the archive has them. */
  readonly modified: number | undefined;
  /** The size of the file; of a sparse one, with its holes. */
  readonly size: number;
  readonly sparse: SparseMap | undefined;
}

/** Long names and extended headers; the longest names there are have 4096 bytes. */
const LONGEST_DESCRIPTION = 1024 * 1024;
/** Hard and symbolic links, devices, folders and pipes: no content follows them, whatever their size says. */
const WITHOUT_CONTENT = new Set(['1', '2', '3', '4', '5', '6']);

const CUT_OFF = 'is cut off: the archive ends too early';

/** What comes before an entry and holds for it. */
interface Description {
  name?: string;
  linkName?: string;
  records: readonly PaxRecord[];
}

/**
 * Reads a tar from its first to its last byte: ustar, pax, GNU (long names, sparse files) and the tars before them.
 * Contents that nobody asks for are skipped.
 */
export class TarReader {
  readonly #source: ByteSource;
  #name = '';
  /** Bytes of the entry's stored content that are still to come, and the zeros that fill its last block. */
  #left = 0;
  #padding = 0;
  #common: readonly PaxRecord[] = [];

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The last entry's name, for messages. */
  get name(): string {
    return this.#name;
  }

  /**
   * The next entry; undefined at the end of the archive, after everything that follows it was read.
   * @throws DamagedEntry, or Error when the archive is damaged elsewhere
   */
  async next(): Promise<TarEntry | undefined> {
    const description: Description = { records: [] };
    for (;;) {
      await this.#within(() => this.#finish());
      const block = await this.#readBlock();
      const header = readTarHeader(block);
      if (header === undefined) {
        this.#assertNoneMissing(description);
        return this.#readEnd();
      }
      if (!(await this.#describe(header, description)))
        return this.#within(() => this.#entry(header, block, description));
    }
  }

  /** A piece of the content of the last entry; undefined after all of it. Of sparse files only what is stored comes. */
  async content(): Promise<Buffer | undefined> {
    if (this.#left === 0) return undefined;
    const piece = await this.#within(() => this.#source.some(this.#left));
    if (piece === undefined) throw new DamagedEntry(this.#name, CUT_OFF);
    this.#left -= piece.length;
    return piece;
  }

  async #finish(): Promise<void> {
    await this.#source.skip(this.#left + this.#padding);
    this.#left = 0;
    this.#padding = 0;
  }

  async #readBlock(): Promise<Buffer> {
    try {
      return await this.#source.exactly(BLOCK);
    } catch (error) {
      if (error instanceof EndedEarly)
        throw new Error('it ends without the mark of its end: it is cut off', { cause: error });
      throw error;
    }
  }

  /** Two blocks of zeros end an archive, and some writers leave out the second; zeros fill the last record. */
  async #readEnd(): Promise<undefined> {
    const second = await this.#source.some(BLOCK);
    if (second?.some((byte) => byte !== 0) === true)
      throw new Error('a single block of zeros stands among the entries');
    await this.#source.drain();
    return undefined;
  }

  #assertNoneMissing({ name, linkName, records }: Description): void {
    if (name === undefined && linkName === undefined && records.length === 0) return;
    throw new Error('it ends after the description of an entry that does not come');
  }

  /** Whether the header only describes the entry that follows. */
  async #describe(header: TarHeader, description: Description): Promise<boolean> {
    const { type } = header;
    if (type === 'L') description.name = readText(await this.#readDescription(header));
    else if (type === 'K') description.linkName = readText(await this.#readDescription(header));
    else if (type === 'x' || type === 'X') description.records = await this.#readRecords(header);
    else if (type === 'g') this.#common = await this.#readRecords(header);
    else return false;
    return true;
  }

  async #readRecords(header: TarHeader): Promise<readonly PaxRecord[]> {
    const body = await this.#readDescription(header);
    return this.#within(() => Promise.resolve(parsePaxRecords(body)));
  }

  async #readDescription(header: TarHeader): Promise<Buffer> {
    this.#name = header.name;
    if (header.size > LONGEST_DESCRIPTION) throw new DamagedEntry(header.name, 'has a description that is too long');
    this.#expect(header.size);
    return this.#within(async () => {
      const body = await this.#source.exactly(header.size);
      this.#left = 0;
      return body;
    });
  }

  async #entry(header: TarHeader, block: Buffer, { name, linkName, records }: Description): Promise<TarEntry> {
    this.#name = said(records, 'GNU.sparse.name') ?? said(records, 'path') ?? name ?? header.name;
    const stored = storedSize(header, records);
    this.#expect(stored);
    const sparse = await this.#sparseMap(header, block, records);
    if (sparse !== undefined) this.#assertComplete(sparse);
    return {
      type: header.type,
      name: this.#name,
      linkName: said(records, 'linkpath') ?? linkName ?? header.linkName,
      mode: header.mode,
      modified: seconds(said(records, 'mtime') ?? said(this.#common, 'mtime')) ?? header.modified,
      size: sparse?.size ?? stored,
      sparse,
    };
  }

  async #sparseMap(header: TarHeader, block: Buffer, records: readonly PaxRecord[]): Promise<SparseMap | undefined> {
    if (header.type === 'S') return readGnuSparseMap(block, this.#source);
    if (lastOf(records, 'GNU.sparse.major') === undefined) return sparseMapOfRecords(records);
    if (lastOf(records, 'GNU.sparse.major') !== '1' || lastOf(records, 'GNU.sparse.minor') !== '0') {
      throw new Error('a sparse file of a format that is not known');
    }
    const { map, taken } = await readSparseMap(lastOf(records, 'GNU.sparse.realsize') ?? '', this.#source);
    this.#left -= taken;
    return map;
  }

  #assertComplete({ pieces }: SparseMap): void {
    if (pieces.reduce((sum, { length }) => sum + length, 0) !== this.#left) {
      throw new Error('the map of a sparse file does not fit to what is stored of it');
    }
  }

  #expect(size: number): void {
    this.#left = size;
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK;
  }

  /** Whatever goes wrong in here is said of the entry. */
  async #within<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof EndedEarly) throw new DamagedEntry(this.#name, CUT_OFF, error);
      if (error instanceof UnsafeEntry || error instanceof DamagedEntry) throw error;
      throw new DamagedEntry(this.#name, `cannot be read: ${messageOf(error)}`, error);
    }
  }
}

/** An empty value takes the record back, and the header's field counts. */
function said(records: readonly PaxRecord[], keyword: string): string | undefined {
  const value = lastOf(records, keyword);
  return value === '' ? undefined : value;
}

function storedSize(header: TarHeader, records: readonly PaxRecord[]): number {
  if (WITHOUT_CONTENT.has(header.type)) return 0;
  const written = said(records, 'size');
  if (written === undefined) return header.size;
  const size = Number(written);
  if (!/^[0-9]+$/.test(written) || !Number.isSafeInteger(size)) throw new Error('an extended header has no valid size');
  return size;
}

function seconds(text: string | undefined): number | undefined {
  return text !== undefined && /^-?[0-9]+([.][0-9]*)?$/.test(text) ? Number(text) : undefined;
}
