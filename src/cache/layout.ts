import { createHash } from 'node:crypto';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { EntryId, WorkFolders } from './entry.js';

/** Version of everything below; a cache with a greater one is left alone. */
export const LAYOUT_VERSION = 1;

const SHORT_KEY_DIGITS = 16;
const LONGEST_NAME = 150;
const PARTIAL = '.partial.';
const PREPARED = '.prepared.';
const PROBE = '.probe.';
const DRAFT = '.VERSION.';
const STAGING = '.staging.';
const CONTESTED = '.contested';
const MARKER = 'complete.json';
const USUAL_ASSET = 'asset';
const RECORD = '.owner.json';
const BUILD_RECORD = '.build.json';

/** Where one entry lives. */
export interface EntryPlace {
  readonly folder: string;
  readonly identityFolder: string;
  readonly marker: string;
  /**
   * There once the lock was taken from a holder that may still be alive: from then on nobody tidies up here. It lies
   * beside the lock, so that it outlasts the folder.
   */
  readonly contested: string;
  /** Its time says when the entry was last used, to within an hour. */
  readonly lastUsed: string;
}

/** An entry's folder as it was found, complete or not. */
export interface ListedEntry {
  readonly place: EntryPlace;
  /** `<identity>/<variant>`. */
  readonly name: string;
  readonly lockName: string;
}

/** The folders of one attempt: in the entry itself, or in a folder of their own inside it. */
export interface AttemptPlace extends WorkFolders {
  readonly base: string;
  /** The asset folder as the marker names it, relative to the entry. */
  readonly assetName: string;
  readonly fingerprint: string;
}

/** The only place that knows how paths inside a cache are put together. */
export class Layout {
  readonly version: string;
  readonly tag: string;
  readonly assets: string;
  readonly recipes: string;
  readonly downloads: string;
  readonly locks: string;
  readonly trash: string;
  readonly logs: string;
  readonly leases: string;
  readonly quarantine: string;
  /** What the cache lies on. */
  readonly fileSystem: string;

  constructor(readonly root: string) {
    this.version = below(root, 'VERSION');
    this.tag = below(root, 'CACHEDIR.TAG');
    this.assets = below(root, 'assets');
    this.recipes = below(root, 'recipes');
    this.downloads = below(root, 'downloads');
    this.locks = below(root, 'locks');
    this.trash = below(root, 'trash');
    this.logs = below(root, 'logs');
    this.leases = below(root, 'leases');
    this.quarantine = below(root, 'quarantine');
    this.fileSystem = below(root, 'file-system.json');
  }

  get folders(): readonly string[] {
    return [this.assets, this.recipes, this.downloads, this.locks, this.trash, this.logs, this.leases];
  }

  /** Where VERSION is written before it gets its name. */
  temporaryVersion(claimName: string): string {
    return below(this.root, `${DRAFT}${claimName}`);
  }

  /** Whether a name found in the root is one that a cache has. */
  isOurs(name: string): boolean {
    const path = below(this.root, name);
    if ([PROBE, DRAFT, STAGING].some((prefix) => name.startsWith(prefix))) return true;
    return [this.tag, this.version, this.quarantine, this.fileSystem, ...this.folders].includes(path);
  }

  /** Where a process tries out what the cache lies on. */
  probe(claimName: string): string {
    return below(this.root, `${PROBE}${claimName}`);
  }

  /** Where a process looks at what may become part of the cache. */
  staging(claimName: string): string {
    return below(this.root, `${STAGING}${claimName}`);
  }

  identityFolder(identity: string): string {
    return below(this.assets, fileName(identity));
  }

  /** The folders whose names an entry is found by. */
  foldersAbove({ folder, identityFolder }: EntryPlace): readonly string[] {
    return [folder, identityFolder, this.assets];
  }

  /** The entry's folder, and the one it has when another key with the same first 16 digits was there first. */
  places(id: EntryId): readonly [EntryPlace, EntryPlace] {
    return [this.usualPlace(id), this.placeOf(this.identityFolder(id.identity), `${id.platformArch}-${id.key}`)];
  }

  /** The first of the two. */
  usualPlace(id: EntryId): EntryPlace {
    return this.placeOf(this.identityFolder(id.identity), variantName(id));
  }

  /** An identity's folder by the name it was found under. */
  foundIdentity(name: string): string {
    return below(this.assets, name);
  }

  placeOf(identityFolder: string, variant: string): EntryPlace {
    return new VariantPlace(this, identityFolder, variant);
  }

  /** An entry by the names of its folders. */
  listedEntry(identity: string, variant: string): ListedEntry {
    const place = this.placeOf(this.foundIdentity(identity), variant);
    return { place, name: `${identity}/${variant}`, lockName: this.lockNameOf(identity, variant) };
  }

  lockName(id: EntryId): string {
    return this.lockNameOf(fileName(id.identity), variantName(id));
  }

  /** The lock of a folder found in `assets/`. */
  lockNameOf(identityFolderName: string, variant: string): string {
    const [platform = '', arch = '', key = ''] = variant.split('-');
    return `${identityFolderName}.${platform}-${arch}-${key.slice(0, SHORT_KEY_DIGITS)}`;
  }

  logFolder(identity: string): string {
    return below(this.logs, fileName(identity));
  }

  logFile(id: EntryId, stamp: string): string {
    return below(this.logFolder(id.identity), `${shortKey(id)}-${stamp}.log`);
  }

  recipe(digest: string): string {
    return below(this.recipes, fileName(digest));
  }

  /** A recipe copy by the name it was found under. */
  foundRecipe(name: string): string {
    return below(this.recipes, name);
  }

  /** The name of the recipe copy that a file belongs to; undefined for files elsewhere. */
  recipeNameOf(file: string): string | undefined {
    const [name = '', rest] = relative(this.recipes, file).split(sep);
    return rest === undefined || name === '..' || isAbsolute(name) ? undefined : name;
  }

  /** What a lease calls a recipe copy; the name of a lock has no slash in it. */
  recipeLease(digest: string): string {
    return this.foundRecipeLease(fileName(digest));
  }

  /** The same, by the name a copy was found under. */
  foundRecipeLease(name: string): string {
    return `recipes/${name}`;
  }

  partialRecipe(claimName: string): string {
    return below(this.recipes, `${PARTIAL}${claimName}`);
  }

  discarded(token: string): string {
    return below(this.trash, token);
  }

  /** Where a broken entry is kept for whoever wants to look into it. */
  quarantined(token: string): string {
    return below(this.quarantine, token);
  }

  /** The file in which one process names what it uses. */
  lease(claimName: string): string {
    return below(this.leases, claimName);
  }
}

/** Attempt 0 works in the entry itself, attempt n in `attempt-n/` inside it. */
export function attemptPlace(entry: EntryPlace, number: number): AttemptPlace {
  const base = number === 0 ? entry.folder : below(entry.folder, `attempt-${number}`);
  return {
    base,
    assetName: number === 0 ? 'asset' : `attempt-${number}/asset`,
    asset: below(base, 'asset'),
    fetch: below(base, 'fetch'),
    stage: below(base, 'stage'),
    tmp: below(base, 'tmp'),
    fingerprint: below(base, 'fingerprint.json'),
  };
}

/** Something found in an entry's folder. */
export function childOf(entry: EntryPlace, name: string): string {
  return below(entry.folder, name);
}

/** The number of the attempt that a name found in an entry's folder belongs to. */
export function attemptNumberOf(name: string): number | undefined {
  if (['asset', 'fetch', 'stage', 'tmp'].includes(name)) return 0;
  const match = /^attempt-(\d+)$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** The number of the attempt whose asset a marker names; undefined for a name no attempt has. */
export function attemptOfAsset(assetName: string): number | undefined {
  return /^(attempt-\d+\/)?asset$/.test(assetName) ? attemptNumberOf(assetName.split('/')[0] ?? '') : undefined;
}

/** The asset folder that a marker names; undefined for a name no attempt has. */
export function assetFolder(entry: EntryPlace, assetName: string): string | undefined {
  if (assetName === USUAL_ASSET) return below(entry.folder, USUAL_ASSET);
  return attemptOfAsset(assetName) === undefined ? undefined : join(entry.folder, assetName);
}

/** The inventory that belongs to an asset folder. */
export function fingerprintOf(assetDir: string): string {
  return below(dirname(assetDir), 'fingerprint.json');
}

/** Where an asset folder belongs, by its path alone; undefined for other paths. */
export function ownerOfAsset(
  assetDir: string,
): { readonly root: string; readonly identity: string; readonly variant: string; readonly marker: string } | undefined {
  if (basename(assetDir) !== USUAL_ASSET) return undefined;
  const attempt = dirname(assetDir);
  const folder = /^attempt-\d+$/.test(basename(attempt)) ? dirname(attempt) : attempt;
  const identityFolder = dirname(folder);
  const assets = dirname(identityFolder);
  if (basename(assets) !== 'assets') return undefined;
  const names = { identity: basename(identityFolder), variant: basename(folder) };
  return { root: dirname(assets), ...names, marker: below(folder, MARKER) };
}

/** Where a marker is written before it gets its name. */
export function temporaryMarker(entry: EntryPlace, token: string): string {
  return `${entry.marker}.${token}.tmp`;
}

/** The paths of one lock; `prepared` is where a claim is made ready before it is moved to `folder`. */
export interface LockPaths {
  readonly folder: string;
  readonly record: string;
  /** Belongs to the entry, see there. */
  readonly contested: string;
  claim(claimName: string): string;
  prepared(claimName: string): string;
  preparedClaim(claimName: string): string;
}

export function lockPaths(locks: string, lockName: string): LockPaths {
  const folder = below(locks, `${lockName}.lock`);
  const prepared = (claimName: string): string => below(locks, `${PREPARED}${claimName}`);
  return {
    folder,
    record: below(locks, `${lockName}${RECORD}`),
    contested: below(locks, `${lockName}${CONTESTED}`),
    claim: (claimName) => below(folder, claimName),
    prepared,
    preparedClaim: (claimName) => below(prepared(claimName), claimName),
  };
}

/** The lock whose folder has this name; undefined for other names. */
export function lockNameOfFolder(name: string): string | undefined {
  return name.endsWith('.lock') && !name.startsWith(PREPARED) ? name.slice(0, -'.lock'.length) : undefined;
}

/** The lock whose holder's record has this name; undefined for other names. */
export function lockNameOfRecord(name: string): string | undefined {
  return name.endsWith(RECORD) && !name.startsWith(PREPARED) ? name.slice(0, -RECORD.length) : undefined;
}

/** The folder of the identity that a lock's name begins with. */
export function identityOfLock(lockName: string): string {
  return lockName.slice(0, Math.max(0, lockName.lastIndexOf('.')));
}

/** The lock whose contested mark has this name; undefined for other names. */
export function contestedLock(name: string): string | undefined {
  return name.endsWith(CONTESTED) && !name.startsWith(PREPARED) ? name.slice(0, -CONTESTED.length) : undefined;
}

/** The claim that was being made ready under this name; undefined for other names. */
export function preparedClaimOf(name: string): string | undefined {
  return name.startsWith(PREPARED) ? name.slice(PREPARED.length) : undefined;
}

/** The claim that the folder of a half-made recipe copy carries; undefined for other names. */
export function partialRecipeClaim(name: string): string | undefined {
  return name.startsWith(PARTIAL) ? name.slice(PARTIAL.length) : undefined;
}

/** The claim that the folder of a probe carries; undefined for other names. */
export function probeClaim(name: string): string | undefined {
  return name.startsWith(PROBE) ? name.slice(PROBE.length) : undefined;
}

/** The claim that a draft of VERSION carries; undefined for other names. */
export function draftVersionClaim(name: string): string | undefined {
  return name.startsWith(DRAFT) ? name.slice(DRAFT.length) : undefined;
}

/** What is remembered of the last build of an entry: beside its logs, so that it outlasts the entry and ages like them. */
export function buildRecordOf(layout: Layout, { identityFolder, folder }: EntryPlace): string {
  return below(below(layout.logs, basename(identityFolder)), `${basename(folder)}${BUILD_RECORD}`);
}

/** Whether a name found among the logs is that of such a record. */
export function isBuildRecord(name: string): boolean {
  return name.endsWith(BUILD_RECORD);
}

/** The claim that a staging folder carries; undefined for other names. */
export function stagingClaim(name: string): string | undefined {
  return name.startsWith(STAGING) ? name.slice(STAGING.length) : undefined;
}

/** A log found in an identity's folder. */
export function logOf(layout: Layout, identity: string, name: string): string {
  return below(layout.logFolder(identity), name);
}

export function shortKey(id: EntryId): string {
  return id.key.slice(0, SHORT_KEY_DIGITS);
}

function variantName(id: EntryId): string {
  return `${id.platformArch}-${shortKey(id)}`;
}

const PLAIN_NAME = /^(?!\.)[A-Za-z0-9._@+=-]*(?<!\.)$/;

/** `text` as the name of one file on every platform; identities and digests keep their looks. */
function fileName(text: string): string {
  if (text.length <= LONGEST_NAME && PLAIN_NAME.test(text)) return text;
  const safe = text
    .replace(/[^A-Za-z0-9._@+=-]/gu, (character) => Buffer.from(character).toString('hex').replace(/../g, '%$&'))
    .replace(/^\.|\.$/g, '%2e');
  if (safe.length <= LONGEST_NAME) return safe;
  return `${safe.slice(0, LONGEST_NAME - 17)}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

/**
 * `join`, for a path that has been made whole and a name that is no way. Every package is asked for dozens of paths, and
 * `join` looks at each character of them, and copies it, each time.
 */
function below(folder: string, name: string): string {
  return folder.endsWith(sep) ? folder + name : `${folder}${sep}${name}`;
}

/** One of an identity's folders. */
class VariantPlace implements EntryPlace {
  readonly folder: string;
  readonly marker: string;
  readonly lastUsed: string;

  constructor(
    private readonly layout: Layout,
    readonly identityFolder: string,
    private readonly variant: string,
  ) {
    this.folder = below(identityFolder, variant);
    this.marker = below(this.folder, MARKER);
    this.lastUsed = below(this.folder, 'last-used');
  }

  /** Few who look for an entry need it. */
  get contested(): string {
    const { layout, identityFolder, variant } = this;
    return below(layout.locks, `${layout.lockNameOf(basename(identityFolder), variant)}${CONTESTED}`);
  }
}
