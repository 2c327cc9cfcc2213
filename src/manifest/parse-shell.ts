import { LuaTable, type LuaValue } from '../lua/index.js';
import type { Shell } from '../process/index.js';
import { nearestName } from '../support/nearest-name.js';
import { describeValue, LuaFields, readString, readStrings } from './lua-fields.js';
import { Place } from './place.js';

const BUILTIN_SHELLS = ['bash', 'sh', 'cmd', 'powershell'] as const;
const EXPECTED = 'fettle.shell.BASH, SH, CMD or POWERSHELL, { inline = {…} }, or { file = …, ext = … }';

/**
 * Reads a shell: a constant of `fettle.shell`, `{ inline = {"/program", "-c"} }`, or `{ file = "/program", ext = ".py" }`
 * whose `file` may be an array too. Whether the program is there is known only where it runs.
 * @param where what is being set, for messages: a place in a file, or a name such as `ctx.run: shell`
 * @throws FettleError E_SHELL
 */
export function parseShell(value: LuaValue, where: string | Place): Shell {
  const place = typeof where === 'string' ? Place.called(where, 'E_SHELL') : Place.of(where, 'E_SHELL');
  const builtin = BUILTIN_SHELLS.find((name) => name === value);
  if (builtin) return Object.freeze({ form: 'builtin', name: builtin });
  if (!(value instanceof LuaTable)) {
    throw notAShell(value, place);
  }
  return parseCustom(LuaFields.of(value, place));
}

function notAShell(value: LuaValue, place: Place): Error {
  const nearest = typeof value === 'string' ? nearestName(value, BUILTIN_SHELLS) : undefined;
  return place.error(`${place.field} is not a shell.`, {
    facts: {
      expected: EXPECTED,
      got: typeof value === 'string' ? JSON.stringify(value) : describeValue(value),
      ...(nearest !== undefined && { nearest }),
    },
    ...(nearest !== undefined && { hint: `Did you mean fettle.shell.${nearest.toUpperCase()}?` }),
  });
}

function parseCustom(fields: LuaFields): Shell {
  fields.refuseOthers(['inline', 'file', 'ext']);
  const { place } = fields;
  const inline = fields.get('inline');
  const file = fields.get('file');
  if ((inline === undefined) === (file === undefined)) {
    throw place.error(`${place.field} must have either inline or file.`, { facts: { expected: EXPECTED } });
  }
  if (inline !== undefined) {
    if (fields.get('ext') !== undefined) {
      throw place.error(`${place.field} has an ext, which only a shell with a file needs.`, {
        facts: { expected: EXPECTED },
      });
    }
    return Object.freeze({ form: 'inline', argv: parseArguments(inline, place.at('inline')) });
  }
  return Object.freeze({ form: 'file', argv: parseFile(file, place.at('file')), ext: parseExtension(fields) });
}

function parseFile(value: LuaValue, place: Place): readonly string[] {
  return typeof value === 'string' ? Object.freeze([readString(value, place)]) : parseArguments(value, place);
}

function parseArguments(value: LuaValue, place: Place): readonly string[] {
  const argv = readStrings(value, place);
  if (argv.length === 0)
    throw place.error(`${place.field} names no program.`, { facts: { expected: '{ "/program", … }' } });
  return argv;
}

/** The script's file name ends in it, so it may not lead into another folder. */
function parseExtension(fields: LuaFields): string {
  const ext = fields.string('ext');
  const place = fields.place.at('ext');
  if (ext === undefined)
    throw place.error(`${place.field} is missing: a shell with a file needs one.`, { facts: { expected: '".py"' } });
  if (!/^\.[\w.-]+$/.test(ext)) {
    throw place.error(`${place.field} must be a file extension.`, {
      facts: { expected: '".py"', got: JSON.stringify(ext) },
    });
  }
  return ext;
}
