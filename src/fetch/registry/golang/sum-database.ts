import { FettleError } from '../../../errors/index.js';
import type { Integrity } from '../../integrity.js';
import type { RegistryAnswer } from '../http.js';
import type { PackageReference } from '../purl.js';
import { isAbsent } from '../registry-errors.js';
import type { RegistryContext } from '../resolved-package.js';
import type { SumDatabaseSetting } from './go-environment.js';
import { escapeModulePath, type ModuleProxy } from './go-proxy.js';
import { openNote, parseNoteKey, type NoteKey } from './signed-note.js';
import { hasRecord, recordHash, type SignedTree } from './transparency-tree.js';

/** The key of the database that is asked by default, as every go command has it built in. */
const DEFAULT_KEY: NoteKey = {
  name: undefined,
  bytes: Buffer.from('Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8', 'base64'),
};

interface SumDatabaseOptions {
  readonly proxy: ModuleProxy;
  readonly context: RegistryContext;
  readonly signal: AbortSignal;
}

/**
 * Go's log of the hashes of all public modules: asked through the proxy when that passes it on, else at its own name.
 * What it answers is signed, and it must be in the signed tree. Source: https://go.dev/ref/mod#checksum-database
 */
export class SumDatabase {
  readonly #setting: SumDatabaseSetting;
  readonly #options: SumDatabaseOptions;

  constructor(setting: SumDatabaseSetting, options: SumDatabaseOptions) {
    this.#setting = setting;
    this.#options = options;
  }

  /**
   * @returns the hash of a module's zip, as `go.sum` has it
   * @throws FettleError E_CHECKSUM when the answer is not what the database signed, E_REGISTRY when it has no answer
   */
  async lookUp({ name, text }: PackageReference, version: string): Promise<Integrity> {
    const base = await this.#base();
    const answer = await this.#ask(`${base}/lookup/${escapeModulePath(name)}@${escapeModulePath(version)}`);
    if (answer.status !== 200) throw noAnswer(text, this.#setting.name, answer);
    const { id, record, note } = splitAnswer(answer.body);
    const tree = readTree(openNote(note, this.#key()));
    if (!tree) throw notTrusted(text, this.#setting.name, 'is not signed with its key');
    const isThere = await hasRecord(tree, { id, hash: recordHash(record) }, (path) => this.#readTile(base, path));
    if (!isThere) throw notTrusted(text, this.#setting.name, 'is not in the tree that it signed');
    return sumOf(record, name, version) ?? Promise.reject(noAnswer(text, this.#setting.name, answer));
  }

  #key(): NoteKey {
    const { key } = this.#setting;
    if (key === undefined) return DEFAULT_KEY;
    const parsed = parseNoteKey(key);
    if (parsed) return parsed;
    throw new FettleError('E_REGISTRY', 'GOSUMDB has a key that is none.', {
      facts: { GOSUMDB: key },
      hint: 'Write it as name+hash+key, as the database publishes it.',
    });
  }

  /** A proxy that passes the database on says so. */
  async #base(): Promise<string> {
    const { name, url } = this.#setting;
    const proxied = `${this.#options.proxy.base.url}sumdb/${name}`;
    const answer = await this.#ask(`${proxied}/supported`, this.#options.proxy.headers);
    return answer.status === 200 ? proxied : (url ?? `https://${name}`);
  }

  async #readTile(base: string, path: string): Promise<Buffer> {
    const whole = path.replace(/\.p\/\d+$/, '');
    let answer = await this.#ask(`${base}/tile/${path}`);
    // It has been filled since: a full tile begins as the part did.
    if (isAbsent(answer) && whole !== path) answer = await this.#ask(`${base}/tile/${whole}`);
    return answer.status === 200 ? Buffer.from(answer.body, 'latin1') : Buffer.alloc(0);
  }

  async #ask(url: string, headers = this.#headersFor(url)): Promise<RegistryAnswer> {
    const { context, proxy, signal } = this.#options;
    if (url.startsWith('file:')) return proxy.get(url, signal);
    const encoding = url.includes('/tile/') ? 'latin1' : 'utf8';
    return context.remembered.get(`go ${url}`, signal, () => context.http.get(url, { headers, signal, encoding }));
  }

  #headersFor(url: string): Readonly<Record<string, string>> {
    const { proxy } = this.#options;
    return url.startsWith(proxy.base.url) ? proxy.headers : {};
  }
}

interface SumAnswer {
  readonly id: number;
  readonly record: string;
  readonly note: string;
}

/** The record's number, its lines, a blank line, and the signed tree. */
function splitAnswer(body: string): SumAnswer {
  const [, id = '', record = '', note = ''] = /^(\d+)\n((?:[^\n]+\n)+)\n([\s\S]*)$/.exec(body) ?? [];
  return { id: id === '' ? Number.NaN : Number(id), record, note };
}

function readTree(text: string | undefined): SignedTree | undefined {
  const [, size, root] = /^go\.sum database tree\n(\d+)\n(\S+)\n/.exec(text ?? '') ?? [];
  return size === undefined || root === undefined
    ? undefined
    : { size: Number(size), root: Buffer.from(root, 'base64') };
}

/** The line of the zip, not the one of its `go.mod`. */
function sumOf(record: string, module: string, version: string): Integrity | undefined {
  for (const line of record.split('\n')) {
    const [name, of, sum = ''] = line.split(' ');
    const digest = Buffer.from(sum.replace(/^h1:/, ''), 'base64');
    if (name === module && of === version && sum.startsWith('h1:') && digest.length === 32) {
      return { algorithm: 'h1', value: digest.toString('hex') };
    }
  }
  return undefined;
}

function noAnswer(text: string, name: string, { status, body }: RegistryAnswer): FettleError {
  return new FettleError('E_REGISTRY', `The checksum database has no hash of '${text}'.`, {
    facts: { package: text, database: name, status, answer: body.slice(0, 200) },
    hint: 'A private module must be named in GOPRIVATE or GONOSUMDB, and its sha256 in the fetch entry.',
  });
}

function notTrusted(text: string, name: string, problem: string): FettleError {
  return new FettleError('E_CHECKSUM', `What the checksum database says of '${text}' ${problem}.`, {
    facts: { package: text, database: name },
    hint: 'Somebody between here and the database may have changed it. Ask through another proxy or network.',
  });
}
