import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { DigestNotes, KnownDigests, type FileVersion } from './file-digests.js';

const sha256 = (content: string): Buffer => createHash('sha256').update(content).digest();

const STATE: FileVersion = { ino: 7, size: 3, mtimeMs: 1000.25, ctimeMs: 2000.5 };

/** Few values, so that states are alike in some of them. */
const states = fc.record({
  ino: fc.integer({ min: 1, max: 4 }),
  size: fc.integer({ min: 0, max: 2 }),
  mtimeMs: fc.constantFrom(-1, 0, 0.5),
  ctimeMs: fc.constantFrom(1, 2, 2.25, 3),
});

describe('a digest that was noted', () => {
  test('is known of the file in that state', () => {
    const notes = new DigestNotes();
    notes.note(STATE, sha256('abc'));
    expect(new KnownDigests([notes.before(3000)]).digestOf(STATE)).toBe(sha256('abc').toString('hex'));
  });

  test.each([{ ino: 8 }, { size: 4 }, { mtimeMs: 1000.5 }, { ctimeMs: 2000.75 }])(
    'is not that of a file with another %j',
    (change) => {
      const notes = new DigestNotes();
      notes.note(STATE, sha256('abc'));
      expect(new KnownDigests([notes.before(3000)]).digestOf({ ...STATE, ...change })).toBeUndefined();
    },
  );

  test('is forgotten where the file was changed in the last tick of the clock', () => {
    const notes = new DigestNotes();
    notes.note(STATE, sha256('abc'));
    expect(new KnownDigests([notes.before(STATE.ctimeMs)]).digestOf(STATE)).toBeUndefined();
    expect(notes.bytesSince(STATE.ctimeMs)).toBe(3);
    expect(notes.bytesSince(STATE.ctimeMs + 1)).toBe(0);
  });

  test('is forgotten when its number became that of a file of which no digest is known', () => {
    const notes = new DigestNotes();
    notes.note(STATE, sha256('abc'));
    notes.note(STATE, undefined);
    expect(new KnownDigests([notes.before(3000)]).digestOf(STATE)).toBeUndefined();
  });

  test('is not believed where numbers of files are too large to be told apart', () => {
    const notes = new DigestNotes();
    const state = { ...STATE, ino: 2 ** 53 };
    notes.note(state, sha256('abc'));
    expect(new KnownDigests([notes.before(3000)]).digestOf(state)).toBeUndefined();
  });

  test('is the last one of a file in its state, whatever was noted, and in however many parts', () => {
    const noted = fc.record({ state: states, content: fc.option(fc.string({ maxLength: 3 }), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(fc.array(noted, { maxLength: 80 })), fc.constantFrom(1, 2, 2.5, 4), (parts, now) => {
        const known = new KnownDigests(
          parts.map((part) => {
            const notes = new DigestNotes();
            for (const { state, content } of part) notes.note(state, content === undefined ? content : sha256(content));
            return notes.before(now);
          }),
        );
        for (const { state } of parts.flat()) {
          const last = parts.flat().findLast((each) => each.state.ino === state.ino);
          const isKnown = last?.content !== undefined && alike(last.state, state) && state.ctimeMs < now;
          expect(known.digestOf(state)).toBe(isKnown ? sha256(last.content ?? '').toString('hex') : undefined);
        }
      }),
    );
  });
});

function alike(one: FileVersion, other: FileVersion): boolean {
  return (['ino', 'size', 'mtimeMs', 'ctimeMs'] as const).every((key) => one[key] === other[key]);
}
