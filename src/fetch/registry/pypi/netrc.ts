import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../../errors/index.js';
import type { Host } from '../../../host/index.js';
import { basicAuthorization } from '../credentials.js';

interface NetrcEntry {
  login: string;
  password: string;
}

/** Entries by machine name; the key `''` holds the `default` entry. */
export type Netrc = ReadonlyMap<string, Readonly<NetrcEntry>>;

/** Reads $NETRC, else ~/.netrc, else ~/_netrc; no file is an empty one. */
export async function loadNetrc(host: Host): Promise<Netrc> {
  const named = host.env['NETRC'];
  const files = named ? [named] : [join(host.home, '.netrc'), join(host.home, '_netrc')];
  for (const file of files) {
    try {
      return parseNetrc(await readFile(file, 'utf8'));
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES')) throw error;
    }
  }
  return new Map();
}

/** The `authorization` header for the host of `url`, if the file knows it. */
export function netrcAuthorization(netrc: Netrc, url: string): string | undefined {
  const entry = netrc.get(new URL(url).hostname) ?? netrc.get('');
  return entry && basicAuthorization(entry.login, entry.password);
}

/** The format of inetutils' .netrc: words apart by white space, `"…"` quotes one, `#` starts a comment, a macro ends at an empty line. */
export function parseNetrc(text: string): Netrc {
  const entries = new Map<string, NetrcEntry>();
  const words = withoutMacros(text).match(/#[^\n]*|"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  let entry: NetrcEntry | undefined;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word.startsWith('#')) continue;
    if (word === 'default') {
      entry = startEntry(entries, '');
      continue;
    }
    const value = unquoted(words[(index += 1)] ?? '');
    if (word === 'machine') entry = startEntry(entries, value);
    else if (word === 'login' && entry) entry.login = value;
    else if (word === 'password' && entry) entry.password = value;
  }
  return entries;
}

function withoutMacros(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/^\s*macdef\b[\s\S]*?(\n\s*\n|$(?![\s\S]))/gm, '\n');
}

/** The first entry of a machine counts. */
function startEntry(entries: Map<string, NetrcEntry>, machine: string): NetrcEntry {
  const entry = { login: '', password: '' };
  if (!entries.has(machine)) entries.set(machine, entry);
  return entry;
}

function unquoted(word: string): string {
  return /^".*"$/s.test(word) ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word;
}
