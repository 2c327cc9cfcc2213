import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addEntry, removeEntries } from './edit-packages.js';
import { PackageList } from './package-list.js';

const FILE = '/project/fettle.lua';
const NEW = 'acme.new@v1';

function recipesOf(bytes: Uint8Array): readonly (string | undefined)[] {
  const list = PackageList.parse(bytes, FILE);
  return list.table.fields.map((_, index) => list.recipeOf(index));
}

function commentsOf(lua: string): readonly string[] {
  return lua.match(/remark\d+/g) ?? [];
}

/** A list in one of the layouts that people keep to. */
const tidyManifest = fc
  .record({
    count: fc.integer({ min: 1, max: 5 }),
    layout: fc.constantFrom('line', 'lines', 'below', 'leading'),
    ending: fc.boolean(),
    separator: fc.constantFrom(',', ';'),
    lineBreak: fc.constantFrom('\n', '\r\n'),
    indentation: fc.constantFrom('  ', '    ', '\t'),
    quote: fc.constantFrom('"', "'"),
    comments: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    tables: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    before: fc.constantFrom('', '-- top\n', '\ufeff', '#!/usr/bin/env fettle\n', 'default_shell = nil\n\n'),
    after: fc.constantFrom('', '\n', '\n\n-- bottom', '\ndefault_shell = fettle.shell.SH\n'),
  })
  .map((shape) => {
    const { layout, separator, lineBreak, indentation, quote } = shape;
    const written = Array.from({ length: shape.count }, (_, index) => {
      const identity = `${quote}acme.p${index}@v1${quote}`;
      return shape.tables[index] ? `{ recipe = ${identity} }` : identity;
    });
    const remark = (index: number) => (shape.comments[index] && layout !== 'line' ? ` -- remark${index}` : '');
    const isEnded = (index: number) => index < written.length - 1 || (shape.ending && layout !== 'leading');
    const parts = written.map((entry, index) => entry + (isEnded(index) ? separator : '') + remark(index));
    const lists = {
      line: () => `{ ${written.join(`${separator} `)}${shape.ending ? separator : ''} }`,
      lines: () => `{${lineBreak}${parts.map((part) => indentation + part + lineBreak).join('')}}`,
      below: () => `{${lineBreak}${written.map((entry) => indentation + entry).join(separator + lineBreak)}}`,
      leading: () =>
        `{${lineBreak}${written
          .map((entry, index) => `${indentation}${index === 0 ? '  ' : `${separator} `}${entry}${remark(index)}`)
          .join(lineBreak)}${lineBreak}}`,
    };
    return `${shape.before}packages = ${lists[layout]()}${shape.after}`;
  });

/** White space and comments as they may stand between any two words of a list. */
const trivia = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(' ', '  ', '\n', '\t', '\r\n', '\n  ') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('-- REMARK\n', '--[[ REMARK ]]', '--[==[ REMARK\n ]] ]==]', '--REMARK\n'),
      },
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''));

const wildManifest = fc
  .record({
    entries: fc.array(
      fc.record({
        before: trivia,
        after: trivia,
        separator: fc.constantFrom(',', ';'),
        form: fc.constantFrom('"X"', "'X'", '[[X]]', '{ recipe = "X" }', "{\n  recipe = 'X',\n}", '("X")'),
      }),
      { maxLength: 5 },
    ),
    isEnded: fc.boolean(),
    end: trivia,
  })
  .map(({ entries, isEnded, end }) => {
    const list = entries.map(({ before, after, separator, form }, index) => {
      const hasSeparator = isEnded || index < entries.length - 1;
      return before + form.replace('X', `acme.p${index}@v1`) + after + (hasSeparator ? separator : '');
    });
    let remarks = 0;
    const body = (list.join('') + end).replace(/REMARK/g, () => `remark${(remarks += 1)}`);
    return { lua: `-- remark0\npackages = {${body}}\n`, count: entries.length };
  });

describe('whatever way a manifest is laid out', () => {
  test('to add a package and to remove it again gives back the same bytes', () => {
    fc.assert(
      fc.property(tidyManifest, (lua) => {
        const bytes = Buffer.from(lua);
        const added = addEntry({ file: FILE, bytes }, { recipe: NEW });
        const index = recipesOf(added).indexOf(NEW);
        const back = removeEntries({ file: FILE, bytes: added }, [index]);
        expect(Buffer.from(back).toString()).toBe(lua);
      }),
      { numRuns: 500 },
    );
  });

  test('an added package is the last, and all that was there still is', () => {
    fc.assert(
      fc.property(wildManifest, ({ lua }) => {
        const bytes = Buffer.from(lua);
        const added = addEntry({ file: FILE, bytes }, { recipe: NEW });
        expect(recipesOf(added)).toEqual([...recipesOf(bytes), NEW]);
        expect(commentsOf(Buffer.from(added).toString())).toEqual(commentsOf(lua));
      }),
      { numRuns: 1000 },
    );
  });

  test('a removed package is gone, and of comments at most those right behind it', () => {
    fc.assert(
      fc.property(wildManifest, fc.nat(), ({ lua, count }, choice) => {
        fc.pre(count > 0);
        const index = choice % count;
        const bytes = Buffer.from(lua);
        const left = removeEntries({ file: FILE, bytes }, [index]);
        expect(recipesOf(left)).toEqual(recipesOf(bytes).filter((_, each) => each !== index));
        const kept = commentsOf(Buffer.from(left).toString());
        for (const comment of commentsOf(lua)) {
          if (!isBehind(bytes, index, comment)) expect(kept).toContain(comment);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('to remove all packages leaves an empty list', () => {
    fc.assert(
      fc.property(tidyManifest, (lua) => {
        const bytes = Buffer.from(lua);
        const all = recipesOf(bytes).map((_, index) => index);
        const left = removeEntries({ file: FILE, bytes }, all);
        expect(Buffer.from(left).toString()).toContain('packages = {}');
      }),
    );
  });
});

/** Whether a comment stands between an entry and the end of its line. */
function isBehind(bytes: Uint8Array, index: number, comment: string): boolean {
  const { source, table } = PackageList.parse(bytes, FILE);
  const end = table.fields[index]!.end;
  const at = source.text.search(new RegExp(`${comment}\\b`));
  return at > end && at < Math.max(source.lineEnd(end), table.separatorAfter(index) ?? 0);
}
