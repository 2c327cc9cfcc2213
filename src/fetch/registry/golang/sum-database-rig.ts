import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { RigAnswer, type RegistryRig } from '../registry-rig.js';
import { recordHash } from './transparency-tree.js';

export const DATABASE = 'sum.example.test';

/** For tests: a checksum database with a key and a tree of its own, served as a proxy passes one on. */
export class SumDatabaseRig {
  readonly #rig: RegistryRig;
  readonly #privateKey: KeyObject;
  readonly #keyBytes: Buffer;

  constructor(rig: RegistryRig) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.#rig = rig;
    this.#privateKey = privateKey;
    this.#keyBytes = Buffer.concat([Buffer.of(1), publicKey.export({ format: 'der', type: 'spki' }).subarray(12)]);
  }

  /** As `GOSUMDB` has it. */
  get key(): string {
    return `${DATABASE}+${this.#keyHash().toString('hex')}+${this.#keyBytes.toString('base64')}`;
  }

  /**
   * @param records all of the log; a record is one or more lines, each with its end
   * @param told what is answered for a module, by the place of its record; default: the record itself
   */
  serve(records: readonly string[], modules: Readonly<Record<string, number>>, told = records): void {
    const base = `/proxy/sumdb/${DATABASE}`;
    this.#rig.serve(`${base}/supported`, new RigAnswer(''));
    const rows = [records.map(recordHash)];
    while ((rows.at(-1)?.length ?? 0) >= 256) rows.push(rowAbove(rows.at(-1) ?? []));
    for (const [level, row] of rows.entries()) this.#serveTiles(`${base}/tile/8/${level}`, row);
    const note = this.sign(`go.sum database tree\n${records.length}\n${treeHash(rows[0] ?? []).toString('base64')}\n`);
    for (const [module, id] of Object.entries(modules)) {
      this.#rig.serve(`${base}/lookup/${module}`, new RigAnswer(`${id}\n${told[id] ?? ''}\n${note}`));
    }
  }

  sign(text: string): string {
    const signature = sign(null, Buffer.from(text), this.#privateKey);
    return `${text}\n— ${DATABASE} ${Buffer.concat([this.#keyHash(), signature]).toString('base64')}\n`;
  }

  #serveTiles(place: string, row: readonly Buffer[]): void {
    for (let start = 0; start < row.length; start += 256) {
      const hashes = row.slice(start, start + 256);
      const name = String(start / 256).padStart(3, '0') + (hashes.length < 256 ? `.p/${hashes.length}` : '');
      this.#rig.serve(
        `${place}/${name}`,
        new RigAnswer(Buffer.concat(hashes).toString('latin1'), { encoding: 'latin1' }),
      );
    }
  }

  #keyHash(): Buffer {
    return createHash('sha256').update(`${DATABASE}\n`).update(this.#keyBytes).digest().subarray(0, 4);
  }
}

/** The hashes eight levels up: one for each 256. */
function rowAbove(row: readonly Buffer[]): Buffer[] {
  const whole = Math.floor(row.length / 256);
  return Array.from({ length: whole }, (_, place) => treeHash(row.slice(place * 256, (place + 1) * 256)));
}

/** RFC 6962, 2.1. */
function treeHash(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 1) return hashes[0] ?? Buffer.alloc(0);
  let middle = 1;
  while (middle * 2 < hashes.length) middle *= 2;
  const sides = [treeHash(hashes.slice(0, middle)), treeHash(hashes.slice(middle))];
  return createHash('sha256')
    .update(Buffer.concat([Buffer.of(1), ...sides]))
    .digest();
}
