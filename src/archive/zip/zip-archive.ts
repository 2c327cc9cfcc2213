import { closeSync, fstatSync, openSync } from 'node:fs';
import type * as yauzlTypes from 'yauzl';
import type { Entry, LocalFileHeader, RandomAccessReader, ZipFile } from 'yauzl';
import { messageOf } from '../../errors/index.js';
import { DamagedEntry } from '../archive-failure.js';
import { entryName, type DecodeName } from './entry-name.js';
import { FileWindow } from './file-window.js';
import { readZipEnd, type ZipEnd } from './zip-end.js';
import { describeRecord, type ZipRecord } from './zip-record.js';

/** The types of yauzl do not have this function of its documentation. */
type Yauzl = typeof yauzlTypes & { readonly getFileNameLowLevel: DecodeName };

const RECORD_SIGNATURE = 0x02014b50;
const RECORD_SIZE = 46;

/** An open zip: yauzl reads its records, and what yauzl takes on trust is checked. */
export class ZipArchive implements Disposable {
  readonly #end: ZipEnd;
  readonly #reader: ZipFile;
  readonly #decodeName: DecodeName;

  private constructor(
    readonly file: FileWindow,
    parts: { readonly end: ZipEnd; readonly reader: ZipFile; readonly decodeName: DecodeName },
  ) {
    this.#end = parts.end;
    this.#reader = parts.reader;
    this.#decodeName = parts.decodeName;
  }

  /** @throws Error when it is no zip */
  static async open(path: string): Promise<ZipArchive> {
    const yauzl = (await import('yauzl')) as Yauzl;
    const descriptor = openSync(path, 'r');
    try {
      const file = new FileWindow(descriptor, fstatSync(descriptor).size);
      const end = readZipEnd(file);
      const options = { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: false };
      const reader = await yauzl.fromRandomAccessReaderPromise(readerOf(file, yauzl), file.size, options);
      return new ZipArchive(file, { end, reader, decodeName: yauzl.getFileNameLowLevel });
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Where the contents of the entries end. */
  get directoryStart(): number {
    return this.#end.directoryStart;
  }

  /**
   * Every record of the central directory, in its order. Can be read once.
   * @throws DamagedEntry, or Error when the directory has more or less in it than the end record says
   */
  async *records(): AsyncGenerator<ZipRecord> {
    let position = this.#end.directoryStart;
    const entries = this.#reader.eachEntry()[Symbol.asyncIterator]();
    for (let next = await this.#next(entries, position); next; next = await this.#next(entries, position)) {
      yield describeRecord(next, entryName(next, this.#decodeName));
      position += RECORD_SIZE + next.fileNameLength + next.extraFieldLength + next.fileCommentLength;
    }
    if (position === this.#end.directoryStart + this.#end.directorySize) return;
    throw new Error(
      `its directory is not made of the ${String(this.#end.entryCount)} entries that its end record states`,
    );
  }

  /**
   * The header in front of the content, which programs that read a zip as a stream go by.
   * @throws Error
   */
  readLocalHeader(record: ZipRecord): Promise<LocalFileHeader> {
    return this.#reader.readLocalFileHeaderPromise(record.entry);
  }

  [Symbol.dispose](): void {
    closeSync(this.file.descriptor);
  }

  async #next(entries: AsyncIterator<Entry>, position: number): Promise<Entry | undefined> {
    try {
      const next = await entries.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      throw this.#explain(error, position);
    }
  }

  /** yauzl does not tell which entry its complaint is about. */
  #explain(error: unknown, position: number): Error {
    const name = this.#nameAt(position);
    if (name === undefined) return new Error(`its directory is damaged: ${messageOf(error)}`, { cause: error });
    return new DamagedEntry(name, `has a damaged record in the directory: ${messageOf(error)}`, error);
  }

  #nameAt(position: number): string | undefined {
    if (position + RECORD_SIZE > this.file.size) return undefined;
    const record = this.file.read(position, RECORD_SIZE);
    const length = record.readUInt16LE(28);
    if (record.readUInt32LE(0) !== RECORD_SIGNATURE || position + RECORD_SIZE + length > this.file.size)
      return undefined;
    return this.file.read(position + RECORD_SIZE, length).toString('utf8');
  }
}

/** Answers at once, from the window: yauzl asks for a few bytes at a time. */
function readerOf(file: FileWindow, { RandomAccessReader }: Yauzl): RandomAccessReader {
  class WindowReader extends RandomAccessReader {
    override read(...[target, offset, length, position, done]: Parameters<RandomAccessReader['read']>): void {
      try {
        file.read(position, length).copy(target, offset);
      } catch (error) {
        done(error as Error);
        return;
      }
      done(null);
    }
  }
  return new WindowReader();
}
