import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { ownName } from '../../cache/index.js';
import { hasCode, messageOf } from '../../errors/index.js';
import type { Host } from '../../host/index.js';
import { freeToken, heldToken, readHostPool, wishOf, type HostPool } from './host-pool.js';
import { privateFolder, unusablePool } from './private-folder.js';
import type { TokenSource } from './token-source.js';

/**
 * The cores of a machine, shared by all runs of one user that ask for it. A folder holds a file for each core. Its name
 * says who has it: `2.free`, or `2.` and the name of a process. A file changes hands by being renamed, which succeeds for
 * one only, and is never made or removed; so no token is lost or made, and what a dead process held is taken as if it
 * were free.
 *
 * The first token that a run takes stands for its first core. When there is none left it begins nevertheless: several
 * runs can always go on, with a core more than there are for each that found none.
 *
 * Whoever gets less than it wants says so by a file, its wish. As long as there are wishes of others nobody takes more
 * than an equal part, and what comes back beyond that is given away.
 */
export class HostTokens implements TokenSource {
  readonly isShared = true;
  readonly #host: Host;
  readonly #most: number;
  readonly #name: string;
  #folder: string | undefined;
  #limit: number;
  /** Numbers of the tokens that are ours. */
  readonly #held: number[] = [];
  #isWishing = false;
  /** Since it was last asked for. */
  #wasShort = false;

  /** @param jobs cores that this run may use at most */
  constructor(host: Host, jobs: number) {
    this.#host = host;
    this.#most = Math.min(jobs, host.cores);
    this.#limit = this.#most;
    this.#name = ownName(host.pid);
  }

  get limit(): number {
    return this.#limit;
  }

  /** @throws FettleError E_JOBSERVER when the folder of the tokens cannot be made, or is somebody else's */
  open(): void {
    this.#folder ??= openPool(this.#host);
  }

  take(count: number): number {
    const before = this.#beyondTheFirst;
    this.#claim(count + (this.#held.length === 0 ? 1 : 0));
    const taken = this.#beyondTheFirst - before;
    if (taken < count) {
      this.#wasShort = true;
      this.#wish(true);
    }
    return taken;
  }

  giveBack(count: number): void {
    this.#release(count);
  }

  refresh(): void {
    this.#wish(this.#wasShort);
    this.#wasShort = false;
    const pool = this.#read();
    if (!pool) return;
    const others = new Set([...pool.holders.values(), ...pool.wishes]);
    others.delete(this.#name);
    const isAnyoneWishing = [...pool.wishes].some((name) => name !== this.#name);
    this.#limit = isAnyoneWishing ? Math.min(this.#most, Math.ceil(this.#host.cores / (others.size + 1))) : this.#most;
    if (this.#held.length === 0) this.#claim(1);
  }

  rest(): void {
    this.#release(this.#held.length);
    this.#wish(false);
  }

  [Symbol.dispose](): void {
    this.rest();
  }

  get #beyondTheFirst(): number {
    return Math.max(0, this.#held.length - 1);
  }

  #claim(count: number): void {
    const pool = count > 0 ? this.#read() : undefined;
    if (!this.#folder || !pool) return;
    let missing = count;
    for (const { number, name } of pool.free) {
      if (missing === 0) return;
      if (!moved(join(this.#folder, name), join(this.#folder, heldToken(number, this.#name)))) continue;
      this.#held.push(number);
      missing -= 1;
    }
  }

  #release(count: number): void {
    if (!this.#folder) return;
    for (const number of this.#held.splice(Math.max(0, this.#held.length - count))) {
      moved(join(this.#folder, heldToken(number, this.#name)), join(this.#folder, freeToken(number)));
    }
  }

  /** Best effort: a wish that cannot be written only makes others give less. */
  #wish(isWishing: boolean): void {
    if (!this.#folder || isWishing === this.#isWishing) return;
    this.#isWishing = isWishing;
    const file = join(this.#folder, wishOf(this.#name));
    try {
      if (isWishing) writeFileSync(file, '');
      else rmSync(file, { force: true });
    } catch {
      this.#isWishing = false;
    }
  }

  #read(): HostPool | undefined {
    return this.#folder === undefined ? undefined : readHostPool(this.#folder, this.#host.pid);
  }
}

/** @returns false when somebody else was faster, or has removed all of it: then each run has its first core */
function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

/** A machine that counts its cores differently for two processes has two pools. */
function openPool({ cores, env, tmp }: Host): string {
  const runtime = env['XDG_RUNTIME_DIR'];
  // By the XDG base directory specification a relative path is ignored.
  const base = privateFolder(runtime && isAbsolute(runtime) ? runtime : tmp, 'fettle-jobserver');
  const folder = join(base, `cores-${cores}`);
  const prepared = mkdtempSync(join(base, 'new-'));
  try {
    for (let number = 1; number <= cores; number += 1) writeFileSync(join(prepared, freeToken(number)), '');
    renameSync(prepared, folder);
  } catch (error) {
    // It is there already: a folder with something in it is never replaced.
    rmSync(prepared, { recursive: true, force: true });
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw unusablePool(folder, messageOf(error), error);
  }
  return folder;
}
