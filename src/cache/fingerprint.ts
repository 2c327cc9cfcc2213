import { readFileSync } from 'node:fs';
import { hasCode } from '../errors/index.js';
import { writeUnflushed } from './durable-file.js';
import type { FingerprintLine } from './seal.js';

const FINGERPRINT_VERSION = 1;

/**
 * Writes the inventory of an asset beside it: one array, a line for each file, so that it can be read with any tool. To
 * flush it is left to the caller.
 */
export async function writeFingerprint(path: string, lines: readonly FingerprintLine[]): Promise<void> {
  const body = lines.map((line) => JSON.stringify(line)).join(',\n');
  await writeUnflushed(path, `{"version":${FINGERPRINT_VERSION},"files":[\n${body}\n]}\n`, 'w');
}

/**
 * The inventory of an asset; undefined when it is not there or not whole.
 * @throws the system's error when it is there and cannot be read
 */
export function readFingerprint(path: string): readonly FingerprintLine[] | undefined {
  try {
    return parseFingerprint(readFileSync(path, 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw error;
  }
}

/** Undefined for a text that is no whole inventory of a version we know. */
export function parseFingerprint(text: string): readonly FingerprintLine[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value['version'] !== FINGERPRINT_VERSION || !Array.isArray(value['files'])) return undefined;
  const lines: readonly unknown[] = value['files'];
  return lines.every(isLine) ? lines : undefined;
}

function isLine(value: unknown): value is FingerprintLine {
  return (
    isRecord(value) &&
    [value['path'], value['kind']].every((text) => typeof text === 'string') &&
    [value['size'], value['mode'], value['mtime']].every((number) => typeof number === 'number') &&
    [value['target'], value['sha256']].every((text) => text === undefined || typeof text === 'string')
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
