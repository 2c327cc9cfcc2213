import type { Phase } from '../events/index.js';
import { LogTail } from './log-tail.js';
import { OutputLines } from './output-lines.js';

/** What a reporter remembers of one package while it runs. */
export class PackageProgress {
  readonly tail = new LogTail();
  /** The phase it is in; null between phases, where it waits for a lock or for others. */
  phase: Phase | null = null;
  failedPhase: Phase | null = null;
  /** Some phase changed or made something, so the package did not just turn out to be there. */
  worked = false;
  ranScript = false;
  readonly #streams: { readonly stdout: OutputLines; readonly stderr: OutputLines };

  constructor(showLine: (line: string) => void) {
    this.#streams = { stdout: new OutputLines(showLine), stderr: new OutputLines(showLine) };
  }

  startPhase(phase: Phase | null): void {
    this.phase = phase;
    this.ranScript = false;
    this.tail.clear();
  }

  endPhase(phase: Phase | null, ok: boolean): void {
    if (!ok) this.failedPhase = phase;
    this.phase = null;
  }

  startScript(): void {
    this.ranScript = true;
    if (this.phase !== 'check') this.worked = true;
    this.tail.clear();
  }

  showOutput(stream: 'stdout' | 'stderr', chunk: Uint8Array): void {
    this.#streams[stream].push(chunk);
  }

  endScript(): void {
    this.tail.end();
    this.#streams.stdout.flush();
    this.#streams.stderr.flush();
  }
}
