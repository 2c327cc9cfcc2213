import { readFile } from 'node:fs/promises';
import { FettleError, messageOf } from '../errors/index.js';
import type { Host } from '../host/index.js';
import { parseSource } from './parse-source.js';
import { redactUrl } from './redact-url.js';
import type { Source } from './source.js';

/** Everything below one address is to be had below another. */
interface Mirror {
  readonly prefix: string;
  readonly replacement: string;
}

/** The mirrors that this machine uses for whatever any recipe fetches: `FETTLE_MIRRORS`, and `FETTLE_MIRRORS_FILE`. */
export class MirrorMap {
  readonly #host: Host;
  #mirrors: Promise<readonly Mirror[]> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Where a file is to be had rather than from its own source, best first: the longer the prefix, the better it fits.
   * @throws FettleError E_USAGE when the map cannot be read
   */
  async find(source: Source): Promise<readonly Source[]> {
    if (source.kind !== 'http') return [];
    const { url } = source;
    return (await (this.#mirrors ??= readMirrors(this.#host)))
      .filter(({ prefix }) => startsAtBoundary(url, prefix))
      .sort((left, right) => right.prefix.length - left.prefix.length)
      .map(({ prefix, replacement }) => parseSource(replacement + url.slice(prefix.length), this.#host.cwd));
  }
}

/**
 * Reads `prefix=replacement` pairs, apart by `;` or line ends; `#` starts a comment line.
 * @throws FettleError E_USAGE
 */
export function parseMirrors(text: string, origin: string): readonly Mirror[] {
  const entries = text.split(/[;\n]/).map((entry) => entry.trim());
  return entries.filter((entry) => entry !== '' && !entry.startsWith('#')).map((entry) => parseMirror(entry, origin));
}

async function readMirrors({ env }: Host): Promise<readonly Mirror[]> {
  const { FETTLE_MIRRORS: listed = '', FETTLE_MIRRORS_FILE: file = '' } = env;
  const inFile = file === '' ? [] : parseMirrors(await readList(file), file);
  return [...parseMirrors(listed, 'FETTLE_MIRRORS'), ...inFile];
}

async function readList(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new FettleError('E_USAGE', `The list of mirrors ${file} cannot be read: ${messageOf(error)}`, {
      facts: { path: file },
      hint: 'Let FETTLE_MIRRORS_FILE name a file with a line prefix=replacement for each mirror, or unset it.',
      cause: error,
    });
  }
}

/** An address may have a `=` in it, so the one that counts stands before the next scheme. */
function parseMirror(entry: string, origin: string): Mirror {
  const [, prefix = '', replacement = ''] =
    /^(https?:\/\/[^/?#\s]\S*?)\s*=\s*((?:https?|file):\/\/\S+)$/i.exec(entry) ?? [];
  if (URL.canParse(prefix) && URL.canParse(replacement)) return { prefix, replacement };
  throw new FettleError('E_USAGE', `${origin} has an entry that is no mirror: ${redactUrl(entry)}`, {
    facts: { origin, entry: redactUrl(entry) },
    hint: 'Write https://example.com/=https://mirror.example/example/ and put a ; between two of them.',
  });
}

/** `https://example.com` is no prefix of `https://example.com.other/`. */
function startsAtBoundary(url: string, prefix: string): boolean {
  if (!url.startsWith(prefix)) return false;
  return prefix.endsWith('/') || /^([/?#]|$)/.test(url.slice(prefix.length));
}
