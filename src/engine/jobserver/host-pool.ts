import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isNameOfDead } from '../../cache/index.js';
import { namesIn } from '../../support/names-in.js';

/** What the folder of the tokens says. */
export interface HostPool {
  /** Tokens that can be taken, those of dead processes included. */
  readonly free: readonly { readonly number: number; readonly name: string }[];
  /** Who has the others, by their number. */
  readonly holders: ReadonlyMap<number, string>;
  /** Those that live and want more than they got. */
  readonly wishes: ReadonlySet<string>;
}

const FREE = 'free';
const WISH = 'wish';

export function freeToken(number: number): string {
  return `${number}.${FREE}`;
}

export function heldToken(number: number, holder: string): string {
  return `${number}.${holder}`;
}

export function wishOf(holder: string): string {
  return `${WISH}.${holder}`;
}

/** Reads the folder; one that somebody has removed has no tokens. Wishes of the dead are removed. */
export function readHostPool(folder: string, pid: number): HostPool {
  const free: { number: number; name: string }[] = [];
  const holders = new Map<number, string>();
  const wishes = new Set<string>();
  const isDead = remembered((name) => isNameOfDead(name, pid));
  for (const name of namesIn(folder)) {
    const dot = name.indexOf('.');
    const [kind, owner] = [name.slice(0, dot), name.slice(dot + 1)];
    if (kind === WISH) {
      if (isDead(owner)) rmSync(join(folder, name), { force: true });
      else wishes.add(owner);
    } else if (/^\d+$/.test(kind)) {
      if (owner === FREE || isDead(owner)) free.push({ number: Number(kind), name });
      else holders.set(Number(kind), owner);
    }
  }
  return { free, holders, wishes };
}

function remembered(ask: (name: string) => boolean): (name: string) => boolean {
  const answers = new Map<string, boolean>();
  return (name) => {
    const answer = answers.get(name) ?? ask(name);
    answers.set(name, answer);
    return answer;
  };
}
