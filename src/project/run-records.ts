import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '../errors/index.js';
import { projectLayout } from './layout.js';

/** Records of earlier runs that stay. */
const KEPT_RECORDS = 10;
/** No record grows beyond this, in characters; its last lines are kept free for the end of the run. */
const LONGEST_RECORD = 8 * 1024 * 1024;
/** What is gathered before it is written, in characters: a small run is one write. */
const BATCH = 64 * 1024;

const RECORD_NAME = /^\d{8}T\d{9}-\d+\.jsonl$/;

/**
 * Writes down what happens in a run, line by line, so that it can be looked at later. A record is a convenience: what
 * cannot be written is left out, and fails nothing.
 */
export class RunRecord implements Disposable {
  readonly #projectDir: string;
  readonly #name: string;
  #descriptor: number | undefined;
  #waiting = '';
  #length = 0;
  #hasFailed = false;

  /** @param run.now - milliseconds since the epoch */
  constructor(projectDir: string, run: { readonly now: number; readonly pid: number }) {
    this.#projectDir = projectDir;
    const stamp = new Date(run.now).toISOString().replaceAll(/[-:.Z]/g, '');
    this.#name = `${stamp}-${run.pid}.jsonl`;
  }

  /** @param line - without its newline. @param isVital - kept also where the record is full */
  add(line: string, isVital = false): void {
    if (!isVital && this.#length + line.length > LONGEST_RECORD) return;
    this.#length += line.length + 1;
    this.#waiting += `${line}\n`;
    if (this.#waiting.length > BATCH) this.flush();
  }

  flush(): void {
    if (this.#waiting === '' || this.#hasFailed) return;
    try {
      this.#descriptor ??= this.#open();
      writeSync(this.#descriptor, this.#waiting);
    } catch {
      this.#hasFailed = true;
    }
    this.#waiting = '';
  }

  [Symbol.dispose](): void {
    this.flush();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): number {
    const { runsFolder, ignoreFile } = projectLayout(this.#projectDir);
    mkdirSync(runsFolder, { recursive: true });
    keepOutOfGit(ignoreFile);
    for (const name of recordNames(runsFolder).slice(0, -(KEPT_RECORDS - 1))) {
      rmSync(join(runsFolder, name), { force: true });
    }
    return openSync(join(runsFolder, this.#name), 'wx');
  }
}

/** The lines of the newest record of a project; undefined where there is none. */
export function lastRunLines(projectDir: string): readonly string[] | undefined {
  const { runsFolder } = projectLayout(projectDir);
  const newest = recordNames(runsFolder).at(-1);
  if (newest === undefined) return undefined;
  return readFileSync(join(runsFolder, newest), 'utf8').split('\n');
}

/** Where the report of a project is written, unless another place is asked for. */
export function reportFileOf(projectDir: string): string {
  return projectLayout(projectDir).reportFile;
}

/** Oldest first: names begin with the time. */
function recordNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => RECORD_NAME.test(name))
      .sort();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

function keepOutOfGit(ignoreFile: string): void {
  try {
    writeFileSync(ignoreFile, '*\n', { flag: 'wx' });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}
