import type { Layout } from '../layout.js';
import { draftRecord, writeRecord, type BuildFacts, type RecordDraft } from './build-record.js';
import type { MissSubject } from './miss-subject.js';

/** Builds of which a process writes the records itself. A thread takes longer to start than to write these. */
const WRITTEN_AT_ONCE = 256;

/** Who writes records in another thread. */
export interface RecordThreads {
  record(command: RecordCommand): Promise<void>;
}

export interface RecordCommand {
  /** Of the cache. */
  readonly root: string;
  readonly drafts: readonly RecordDraft[];
}

/**
 * The records of the builds of a run. Where there are many, a thread writes all that have come while it was at the ones
 * before: a small file in a folder of its own takes a tenth of what a small package does.
 */
export class BuildRecords {
  #written = 0;
  readonly #waiting: RecordDraft[] = [];
  #writing: Promise<void> | undefined;

  /** @param threads undefined where there are none */
  constructor(
    private readonly layout: Layout,
    private readonly threads: RecordThreads | undefined,
  ) {}

  /** Remembers a build. Never fails. */
  async add(subject: MissSubject, facts: BuildFacts): Promise<void> {
    const draft = draftRecord(subject, facts);
    if (!this.threads || this.#written < WRITTEN_AT_ONCE) {
      this.#written += 1;
      return writeRecord(this.layout, draft);
    }
    this.#waiting.push(draft);
    this.#writing ??= this.#writeWaiting(this.threads);
  }

  /** Resolves when what was added before is written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #writeWaiting(threads: RecordThreads): Promise<void> {
    const { root } = this.layout;
    while (this.#waiting.length > 0) {
      // The builds themselves have succeeded.
      await threads.record({ root, drafts: this.#waiting.splice(0) }).catch(() => undefined);
    }
    this.#writing = undefined;
  }
}
