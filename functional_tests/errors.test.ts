import { expect, test } from '@jest/globals';
import { SITUATIONS, type Situation } from './support/error-situations.js';
import { World, type CommandResult } from './support/index.js';

// The walk: every code of the catalogue is met by somebody, and is told in the one look that all errors have.

interface Explained {
  readonly codes: readonly { readonly code: string; readonly exit_code: number }[];
}

async function catalogue(): Promise<Explained['codes']> {
  await using world = await World.create();
  const { stdout } = await world.fettle(['explain', '--json'], { isTraced: false });
  return (JSON.parse(stdout) as Explained).codes;
}

test('the catalogue has those codes that can be met, and no other', async () => {
  expect((await catalogue()).map(({ code }) => code).toSorted()).toEqual(Object.keys(SITUATIONS).toSorted());
});

const explained = catalogue();

test.each(Object.keys(SITUATIONS))('%s is met, with its exit code, and is told as all errors are', async (code) => {
  const situation = situationOf(code);
  await using world = await World.create();
  const result = await situation.meet(world);
  const expected = (await explained).find((each) => each.code === code)?.exit_code;
  expect({ exitCode: result.exitCode, stderr: result.stderr }).toMatchObject({ exitCode: expected });
  if (!situation.isTextOnly) expect(codesOf(result)).toContain(code);
  if (situation.isRow) expect(result.stderr).toMatch(/^local\.a@v1 +skipped +needs local\.b@v1$/m);
  else expectLook(result.stderr, { code, ...situation });
});

function situationOf(code: string): Situation {
  const situation = SITUATIONS[code];
  if (!situation) throw new Error(`nobody meets ${code}`);
  return situation;
}

interface Told {
  readonly error?: { readonly code: string };
  readonly packages?: readonly { readonly error: { readonly code: string } | null }[];
}

/** Those of the run and of its packages, or of the command. */
function codesOf({ stdout }: CommandResult): readonly (string | undefined)[] {
  const { error, packages } = JSON.parse(stdout) as Told;
  return [error?.code, ...(packages ?? []).map((each) => each.error?.code)];
}

interface Look {
  readonly code: string;
  readonly hasLine?: true;
  readonly hasNoFacts?: true;
}

/** What happened; where, with the line; the facts; what to do; where to read more. In this order, and once. */
function expectLook(stderr: string, { code, hasLine, hasNoFacts }: Look): void {
  const label = `error[${code}]: `;
  expect(stderr.split(label)).toHaveLength(2);
  const [first = '', ...lines] = stderr.slice(stderr.indexOf(label)).split('\n');
  const told = lines.slice(0, lines.indexOf(`  more: fettle explain ${code}`) + 1);
  expect(told.filter((line) => !line.startsWith('  '))).toEqual([]);
  expect(first.length).toBeGreaterThan(label.length);
  expect(told.at(-2)).toMatch(/^ {2}hint: \S|^ {8}\S/);
  if (hasLine) expect(told.slice(0, 2)).toEqual([expect.stringMatching(AT), expect.stringMatching(SOURCE_LINE)]);
  const hint = told.findIndex((line) => line.startsWith('  hint: '));
  const facts = told.slice(0, hint).filter((line) => !AT.test(line) && !SOURCE_LINE.test(line) && !MARK.test(line));
  if (!hasNoFacts) expect(facts.length).toBeGreaterThan(0);
}

const AT = /^ {2}at \S+(?::\d+)?$/;
const SOURCE_LINE = /^ +\d+ \| .*\S/;
const MARK = /^ {8}\| +\^+$/;
