import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Interface } from 'node:readline';
import { EXIT } from '../errors/index.js';
import type { ScriptState } from '../lua/index.js';
import { stateFolder } from '../project/index.js';
import { sayFailure } from './say.js';
import type { Invocation } from './invocation.js';

const PROMPT = '> ';
const CONTINUATION = '>> ';
const LONGEST_HISTORY = 1000;

/**
 * Talks Lua with a person at a terminal: what they type is run in one state, until they leave (Ctrl-D, `os.exit`). What
 * they are asked goes to stderr, what Lua prints to stdout.
 * @returns the exit code
 */
export async function converse(invocation: Invocation, state: ScriptState): Promise<number> {
  const { createInterface } = await import('node:readline');
  const historyFile = join(stateFolder(invocation.host), 'lua-history');
  let history = await readHistory(historyFile);
  const lines = createInterface({
    input: process.stdin,
    output: process.stderr,
    // readline changes the list it is given.
    history: [...history],
    historySize: LONGEST_HISTORY,
    removeHistoryDuplicates: true,
  });
  lines.on('history', (changed) => {
    history = [...changed];
  });
  await new Conversation(invocation, state, lines).ended;
  // Whoever leaves with Ctrl-D is still behind the prompt.
  if (state.exitCode === null) invocation.streams.err('\n');
  await keepHistory(historyFile, history);
  return state.exitCode ?? EXIT.ok;
}

class Conversation {
  /** Resolves when the person has left, and what they typed before has run. */
  readonly ended: Promise<void>;
  /** What was typed so far of a chunk that is not complete. */
  #typed = '';
  #running: AbortController | undefined;
  #hasLeft = false;
  /** Lines may come faster than they run. */
  #queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly invocation: Invocation,
    private readonly state: ScriptState,
    private readonly lines: Interface,
  ) {
    lines.on('line', (line) => {
      this.#queue = this.#queue.then(() => this.#take(line));
    });
    lines.on('SIGINT', () => {
      this.#cancel();
    });
    lines.once('close', () => {
      this.#hasLeft = true;
    });
    this.ended = new Promise<void>((resolve) => lines.once('close', resolve)).then(() => this.#queue);
    this.#ask();
  }

  async #take(line: string): Promise<void> {
    if (this.#isOver()) return;
    const text = this.#typed === '' ? line : `${this.#typed}\n${line}`;
    this.#typed = (await this.#run(text)) === 'incomplete' ? text : '';
    if (this.#isOver()) this.lines.close();
    else this.#ask();
  }

  #isOver(): boolean {
    return this.state.exitCode !== null;
  }

  async #run(text: string): Promise<'done' | 'incomplete'> {
    if (text.trim() === '') return 'done';
    this.#running = new AbortController();
    const { signal } = this.#running;
    try {
      return await this.state.runTyped(text, signal);
    } catch (error) {
      if (signal.aborted) this.invocation.streams.err('interrupted\n');
      else sayFailure(this.invocation, error);
      return 'done';
    } finally {
      this.#running = undefined;
    }
  }

  /** Ctrl-C stops what runs, or else takes back what is typed. */
  #cancel(): void {
    if (this.#running) {
      this.#running.abort();
      return;
    }
    // Set, and not typed as Ctrl-U: a dumb terminal knows no such keys.
    Object.assign(this.lines, { line: '', cursor: 0 });
    this.#typed = '';
    this.invocation.streams.err('\n');
    this.#ask();
  }

  /** To ask after the person has left would wait for them again. */
  #ask(): void {
    if (this.#hasLeft) return;
    this.lines.setPrompt(this.#typed === '' ? PROMPT : CONTINUATION);
    this.lines.prompt();
  }
}

/** The newest line first, as readline wants it; the file has it last. */
async function readHistory(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .reverse();
}

/** What was typed may hold secrets: nobody else may read it. A history that cannot be kept is no failure. */
async function keepHistory(file: string, history: readonly string[]): Promise<void> {
  const text = [...history]
    .reverse()
    .map((line) => `${line}\n`)
    .join('');
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, text, { mode: 0o600 });
  } catch {
    // The next conversation begins without it.
  }
}
