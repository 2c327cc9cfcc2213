import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { promisify } from 'node:util';
import { environmentOf } from './shell-session.js';
import type { World } from './world.js';

const run = promisify(execFile);

/** How often a screen is looked at, and for how long at most, until it shows what a test waits for (milliseconds). */
const LOOK_MS = 50;
const PATIENCE_MS = 30_000;

/** Lines that were scrolled out are kept, so that a flood of them can be counted. */
const SETTINGS = 'set -g status off\nset -g history-limit 50000\nset -g default-terminal screen-256color\n';

/** What a shell says of a program that SIGTSTP has stopped is 128 and the signal's number. No loop: bash leaves it at a stop. */
const GOING_ON = '[ $? = 148 ] && echo stopped && read -r && fg';
const ENDED = 'echo "ended with $code"; exec cat';

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  /** Whether its shell has job control: then Ctrl-Z has to stop fettle twice; the screen says `stopped`, and Enter has it go on. */
  readonly hasJobs?: boolean;
  /** Added to the clean environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A real terminal, which tmux plays, with fettle in it: `await using terminal = await Terminal.open(…)`. */
export class Terminal implements AsyncDisposable {
  readonly #socket: string;
  readonly #pidFile: string;

  private constructor(socket: string, pidFile: string) {
    this.#socket = socket;
    this.#pidFile = pidFile;
  }

  /** Starts fettle in a terminal of that size. When it has ended, the screen says `ended with CODE` and stays. */
  static async open(world: World, args: readonly string[], options: TerminalOptions): Promise<Terminal> {
    const id = randomUUID().slice(0, 8);
    const [socket, pidFile] = [join(world.temporary, `tmux-${id}`), join(world.temporary, `pid-${id}`)];
    const settings = join(world.temporary, `tmux-${id}.conf`);
    await writeFile(settings, SETTINGS);
    const command = ['"$NODE" "$FETTLE" --cache-root "$CACHE"', ...args.map(quoted)].join(' ');
    // Ctrl-C reaches this shell, too, and must not end it.
    const start = `sh -c 'echo $$ > "$0"; exec "$@"' ${quoted(pidFile)} ${command}`;
    const script = options.hasJobs
      ? `bash -mc ${quoted(`${start}; ${GOING_ON}; ${GOING_ON}; code=$?; ${ENDED}`)}`
      : `trap : INT; ${start}; code=$?; ${ENDED}`;
    const size = ['-x', String(options.columns), '-y', String(options.rows)];
    const { TERM: _, ...env } = environmentOf(world, { ...options.env });
    await run('tmux', ['-S', socket, '-f', settings, 'new-session', '-d', ...size, script], {
      cwd: world.project,
      env,
    });
    return new Terminal(socket, pidFile);
  }

  /** What can be seen, without the blanks at the ends of lines and of the screen. */
  async screen(): Promise<string> {
    return (await this.#tmux('capture-pane', '-p')).trimEnd();
  }

  /** Also what was scrolled out; lines that the terminal broke are whole. */
  async everything(): Promise<string> {
    return (await this.#tmux('capture-pane', '-p', '-J', '-S', '-')).replaceAll(/ +$/gm, '').trimEnd();
  }

  /** With the sequences for colours. */
  colours(): Promise<string> {
    return this.#tmux('capture-pane', '-p', '-e', '-S', '-');
  }

  /** Resolves with the first screen that matches. */
  async shows(expected: RegExp): Promise<string> {
    let screen = '';
    const deadline = Date.now() + PATIENCE_MS;
    for await (const _ of setInterval(LOOK_MS)) {
      screen = await this.screen();
      if (expected.test(screen)) return screen;
      if (Date.now() > deadline) break;
    }
    throw new Error(`the terminal never showed ${String(expected)}, but:\n${screen}`);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** Keys as tmux calls them: `C-c`, `Enter`, `y`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  async isCursorShown(): Promise<boolean> {
    return (await this.#tmux('display', '-p', '#{cursor_flag}')).trim() === '1';
  }

  /** Of fettle. */
  async pid(): Promise<number> {
    return Number(await readFile(this.#pidFile, 'utf8'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined);
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('tmux', ['-S', this.#socket, ...args], { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
