import type { Place } from './place.js';

/**
 * A folder inside what a source delivers: relative, with `/` between its parts, and never leading out.
 * @returns the parts joined by `/`; undefined when the source's own top folder is meant
 * @throws FettleError of the place's code
 */
export function parseSubdirectory(text: string | undefined, place: Place): string | undefined {
  if (text === undefined) return undefined;
  if (!isInside(text)) {
    throw place.error(`${place.field} must lead to a folder inside the source.`, {
      facts: { expected: 'a relative path without ".."', got: text },
    });
  }
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 ? undefined : parts.join('/');
}

/** Whether a path stays below the folder it starts in, on every platform and before any link is followed. */
export function isInside(path: string): boolean {
  if (/^[/\\]|^[A-Za-z]:/.test(path) || path.includes('\0')) return false;
  return !path.split(/[/\\]/).includes('..');
}
