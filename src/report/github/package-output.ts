import { OutputLines } from '../output-lines.js';

/** Lines of one package that are kept for its group. */
const MOST_LINES = 2000;

/** What is shown of a package when it has ended: the last lines of its scripts and of what was said of it. */
export class PackageOutput {
  #lines: string[] = [];
  #dropped = 0;
  readonly #streams = {
    stdout: new OutputLines((line) => this.add(`${line}\n`)),
    stderr: new OutputLines((line) => this.add(`${line}\n`)),
  };

  push(stream: 'stdout' | 'stderr', chunk: Uint8Array): void {
    this.#streams[stream].push(chunk);
  }

  /** A script has ended: half a line of it is a line, too. */
  endScript(): void {
    this.#streams.stdout.flush();
    this.#streams.stderr.flush();
  }

  /** Text that brings its own newline. */
  add(text: string): void {
    this.#lines.push(text);
    if (this.#lines.length <= 2 * MOST_LINES) return;
    this.#dropped += this.#lines.length - MOST_LINES;
    this.#lines = this.#lines.slice(-MOST_LINES);
  }

  /** Empty when there is nothing to show. */
  text(logFile: string | null): string {
    this.endScript();
    const kept = this.#lines.slice(-MOST_LINES);
    const dropped = this.#dropped + this.#lines.length - kept.length;
    const where = logFile === null ? '' : `; whole log: ${logFile}`;
    return `${dropped > 0 ? `… ${dropped} lines before these are left out${where}\n` : ''}${kept.join('')}`;
  }
}
