/** What can be found by name, and only when it is asked for. */
export const NAME_KINDS = ['packages', 'recipes', 'products', 'programs'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** One thing that can be typed. */
export interface Word {
  readonly text: string;
  readonly description: string;
}

/** What may stand at one place of a command line. */
export type ExpectedValue =
  | { readonly kind: 'words'; readonly words: readonly Word[] }
  | { readonly kind: 'names'; readonly of: NameKind }
  /** Files, folders, a program and its arguments, or what only its author knows. */
  | { readonly kind: 'files' | 'folders' | 'program' | 'anything' };

const FILES: ExpectedValue = { kind: 'files' };
const FOLDERS: ExpectedValue = { kind: 'folders' };
const PROGRAM: ExpectedValue = { kind: 'program' };
const ANYTHING: ExpectedValue = { kind: 'anything' };
const names = (of: NameKind): ExpectedValue => ({ kind: 'names', of });

/** What the placeholders of the grammar stand for, `<dir>` and the like. */
const BY_PLACEHOLDER: Readonly<Record<string, ExpectedValue>> = {
  archive: FILES,
  arg: FILES,
  dest: FILES,
  file: FILES,
  source: FILES,
  dir: FOLDERS,
  command: PROGRAM,
  program: PROGRAM,
  identity: names('packages'),
  name: names('packages'),
  package: names('packages'),
  age: ANYTHING,
  digest: ANYTHING,
  digests: ANYTHING,
  folder: ANYTHING,
  'k=v': ANYTHING,
  n: ANYTHING,
  platform: ANYTHING,
  ref: ANYTHING,
  seconds: ANYTHING,
  size: ANYTHING,
};

/** Where a placeholder means something else. */
const BY_COMMAND: Readonly<Record<string, ExpectedValue>> = {
  'add name': names('recipes'),
  'init name': names('recipes'),
  'product name': names('products'),
};

/** @returns undefined for a placeholder that nobody has given a meaning */
export function expectedValueOf(command: string, placeholder: string): ExpectedValue | undefined {
  return BY_COMMAND[`${command} ${placeholder}`] ?? BY_PLACEHOLDER[placeholder];
}
