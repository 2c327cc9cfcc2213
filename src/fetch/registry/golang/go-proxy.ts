import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { hasCode } from '../../../errors/index.js';
import { authorizationHeader, splitCredentials } from '../credentials.js';
import type { RegistryAnswer, RegistryHttp } from '../http.js';
import type { RegistryBase } from '../resolved-package.js';

/** Upper-case letters are written `!` and lower-case, as some file systems do not tell them apart. */
export function escapeModulePath(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}

/** One module proxy: http(s), or a folder of this machine. Source: https://go.dev/ref/mod#goproxy-protocol */
export class ModuleProxy {
  readonly base: RegistryBase;
  readonly headers: Readonly<Record<string, string>>;
  readonly #http: RegistryHttp;

  constructor(url: string, configuredBy: string, http: RegistryHttp) {
    const clean = splitCredentials(url);
    this.base = { url: clean.url.replace(/\/*$/, '/'), configuredBy };
    this.headers = authorizationHeader(clean.authorization);
    this.#http = http;
  }

  /** @param place such as `list` or `v1.0.0.info`, below `@v/` */
  urlOf(module: string, place: string): string {
    return `${this.base.url}${escapeModulePath(module)}/@v/${encodePlace(place)}`;
  }

  latestUrlOf(module: string): string {
    return `${this.base.url}${escapeModulePath(module)}/@latest`;
  }

  async get(url: string, signal: AbortSignal): Promise<RegistryAnswer> {
    if (url.startsWith('file:')) return readAnswer(url);
    return this.#http.get(url, { headers: this.headers, signal });
  }
}

function encodePlace(place: string): string {
  return escapeModulePath(place)
    .split('/')
    .map(encodeURIComponent)
    .join('/')
    .replaceAll('%2B', '+')
    .replaceAll('%21', '!');
}

async function readAnswer(url: string): Promise<RegistryAnswer> {
  try {
    return { status: 200, url, headers: {}, body: await readFile(fileURLToPath(url), 'utf8') };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return { status: 404, url, headers: {}, body: '' };
    throw error;
  }
}
