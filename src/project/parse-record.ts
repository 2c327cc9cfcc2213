import { LINK_MODES } from './copies/link-mode.js';
import type { EnvironmentRecord } from './record.js';

/** What a record's text turned out to be. */
export type ParsedRecord =
  | { readonly kind: 'record'; readonly record: EnvironmentRecord }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'damaged'; readonly problem: string };

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

/** Reads a record and checks every field that other code relies on: the file may have been edited or cut off. */
export function parseRecord(text: string): ParsedRecord {
  const value = parseJson(text);
  if (!isTable(value)) return damaged('it is not a JSON object');
  if (typeof value['version'] === 'number' && value['version'] > 1) return { kind: 'newer', version: value['version'] };
  const wrong = wrongField(value, RECORD_FIELDS) ?? wrongPackage(value['packages'] as readonly unknown[]);
  if (wrong !== undefined) return damaged(`the field ${wrong} is missing or wrong`);
  // Every field was checked just above.
  return { kind: 'record', record: value as unknown as EnvironmentRecord };
}

function damaged(problem: string): ParsedRecord {
  return { kind: 'damaged', problem };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrongPackage(packages: readonly unknown[]): string | undefined {
  for (const [index, value] of packages.entries()) {
    const wrong = isTable(value) ? wrongField(value, PACKAGE_FIELDS) : '';
    if (wrong !== undefined) return `packages[${index}]${wrong && `.${wrong}`}`;
  }
  return undefined;
}

function wrongField(fields: Fields, checks: Readonly<Record<string, Check>>): string | undefined {
  return Object.keys(checks).find((name) => !checks[name]?.(fields[name]));
}

/** No environment can hold a NUL byte. */
const isText: Check = (value) => typeof value === 'string' && !value.includes('\0');
const isTextOrNull: Check = (value) => value === null || isText(value);
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isTextTable: Check = (value) => isTable(value) && Object.values(value).every(isText);
const isVariables: Check = (value) => isTextTable(value) && Object.keys(value as Fields).every(isVariableName);
const isChanges: Check = (value) => isTable(value) && isTexts(value['path']) && isVariables(value['env']);

const RECORD_FIELDS: Readonly<Record<string, Check>> = {
  version: (value) => value === 1,
  manifestFile: isText,
  manifestDigest: isText,
  packages: Array.isArray,
  link: (value) => value === undefined || LINK_MODES.some((mode) => mode === value),
};

const PACKAGE_FIELDS: Readonly<Record<string, Check>> = {
  id: isText,
  identity: isText,
  options: isTable,
  version: (value) => value === undefined || isText(value),
  key: isTextOrNull,
  assetPath: isTextOrNull,
  cachePath: (value) => value === undefined || isText(value),
  products: isTextTable,
  deployed: (value) => value === null || isChanges(value),
  deployKey: isText,
};

function isTable(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isVariableName(name: string): boolean {
  return /^[^=\0]+$/.test(name);
}
