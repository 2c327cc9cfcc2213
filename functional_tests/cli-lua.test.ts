import { describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentOf, testWith, titleFor, World } from './support/index.js';

/** `fettle lua` at a terminal that `script` (util-linux) makes. */
class Talk implements AsyncDisposable {
  readonly exitCode: Promise<number | null>;
  readonly #child: ChildProcessWithoutNullStreams;
  #shown = '';
  #look = (): void => undefined;

  /** The terminal is one that can do little, unless `env` says otherwise. */
  constructor(world: World, env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn('script', ['-qec', '"$NODE" "$FETTLE" lua', '/dev/null'], {
      cwd: world.project,
      env: { ...environmentOf(world), NO_COLOR: '1', ...env },
    });
    this.#child.stdin.on('error', () => undefined);
    this.exitCode = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#shown += chunk.toString('utf8');
      this.#look();
    });
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** Waits until something is shown. @returns all that was shown since the last wait */
  async sees(text: string): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#look = () => {
        if (this.#shown.includes(text)) resolve();
      };
      this.#look();
    });
    const seen = this.#shown;
    this.#shown = seen.slice(seen.indexOf(text) + text.length);
    return seen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    this.#child.kill('SIGKILL');
    await this.exitCode;
  }
}

const UP = '\u001b[A';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

describe(titleFor('fettle lua at a terminal of', 'script'), () => {
  const test = testWith('script');

  test('runs what is typed, goes on after errors and over several lines, and ends with the code of os.exit', async () => {
    await using world = await World.create();
    await using talk = new Talk(world);
    await talk.sees('> ');
    talk.type('20 + 22\r');
    await talk.sees('42');
    talk.type('nothing()\r');
    await talk.sees("attempt to call a nil value (global 'nothing')");
    await talk.sees('traceback');
    await talk.sees('> ');
    talk.type('for i = 1, 2 do\r');
    await talk.sees('>> ');
    talk.type('print("line " .. i) end\r');
    await talk.sees('line 2');
    talk.type('os.exit(7)\r');
    expect(await talk.exitCode).toBe(7);
  });

  test('Ctrl-C stops what runs, and takes back what is typed; Ctrl-D leaves', async () => {
    await using world = await World.create();
    await using talk = new Talk(world);
    await talk.sees('> ');
    talk.type('print("go" .. "ing") while true do end\r');
    await talk.sees('going');
    talk.type(CTRL_C);
    await talk.sees('interrupted');
    await talk.sees('> ');
    talk.type('x = {\r');
    await talk.sees('>> ');
    talk.type(`"half"${CTRL_C}`);
    await talk.sees('\n');
    await talk.sees('> ');
    talk.type('"who" .. "le"\r');
    await talk.sees('whole');
    await talk.sees('> ');
    talk.type(CTRL_D);
    expect(await talk.exitCode).toBe(0);
  });

  test('remembers what was typed, for its user only', async () => {
    await using world = await World.create();
    const state = join(world.root, 'state');
    {
      await using talk = new Talk(world, { XDG_STATE_HOME: state });
      await talk.sees('> ');
      talk.type('"re" .. "membered"\r');
      await talk.sees('remembered');
      talk.type(CTRL_D);
      await talk.exitCode;
    }
    expect((await stat(join(state, 'fettle/lua-history'))).mode & 0o777).toBe(0o600);
    await using talk = new Talk(world, { XDG_STATE_HOME: state, TERM: 'xterm' });
    await talk.sees('> ');
    talk.type(`${UP}\r`);
    await talk.sees('remembered');
    talk.type(CTRL_D);
    await talk.exitCode;
  });
});

test('without a terminal fettle lua reads a script from stdin', async () => {
  await using world = await World.create();
  const { exitCode, stdout, stderr } = await world.fettle(['lua'], { input: 'print(1 + 1)\nos.exit(4)' });
  expect([exitCode, stdout, stderr]).toEqual([4, '2\n', '']);
});
