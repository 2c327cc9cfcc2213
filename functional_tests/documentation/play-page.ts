import { expect } from '@jest/globals';
import { World } from '../support/index.js';
import type { Block, Page } from './page.js';
import { comparableLines, isSameOutput, type Names } from './plain-text.js';
import { SCENES } from './scenes.js';
import { namesIn, parseSession, playSession, runScript, type Step } from './session.js';

/** Blocks that are played one after another in one project. */
export interface Play {
  /** Where it begins. */
  readonly at: string;
  /** A name of {@link SCENES}. */
  readonly scene: string;
  readonly blocks: readonly Block[];
}

/** What a block does in a play; undefined: it has no part in one. */
export function partOf({ language, directives }: Block): 'file' | 'run' | 'output' | 'fields' | 'session' | undefined {
  if (directives.has('not run')) return undefined;
  if (directives.has('file')) return 'file';
  if (directives.has('run')) return 'run';
  if (directives.has('output of')) return 'output';
  if (directives.has('fields of')) return 'fields';
  return language === 'console' ? 'session' : undefined;
}

/** A page is one play, unless `<!-- scene: NAME -->` begins another one, in a new project. */
export function playsOf(page: Page): readonly Play[] {
  const plays: { at: string; scene: string; blocks: Block[] }[] = [];
  for (const block of page.blocks.filter((each) => partOf(each) !== undefined)) {
    const scene = block.directives.get('scene');
    if (scene !== undefined || plays.length === 0) plays.push({ at: block.at, scene: scene ?? 'empty', blocks: [] });
    plays.at(-1)?.blocks.push(block);
  }
  return plays;
}

/** Fails where a page shows something else than what happens. */
export async function play({ scene, blocks }: Play): Promise<void> {
  const arrange = SCENES[scene];
  if (!arrange) throw new Error(`there is no scene ${scene}`);
  await using world = await World.create();
  await arrange(world);
  for (const block of blocks) await PARTS[partOf(block) ?? 'file'](world, block);
}

const PARTS = {
  file: writeBlock,
  run: runBlock,
  output: compareOutput,
  fields: compareFields,
  session: compareSession,
};

async function writeBlock(world: World, { code, directives }: Block): Promise<void> {
  await world.write(directives.get('file') ?? '', code);
}

async function runBlock(world: World, { at, code }: Block): Promise<void> {
  const result = await runScript(world, code, ['-e', '-o', 'pipefail']);
  expect({ at, ...result }).toEqual({ at, exitCode: 0, output: result.output });
}

async function compareOutput(world: World, { at, code, directives }: Block): Promise<void> {
  await compare(world, at, [{ command: directives.get('output of') ?? '', shown: code }]);
}

async function compareSession(world: World, { at, code }: Block): Promise<void> {
  await compare(world, at, parseSession(code));
}

async function compare(world: World, at: string, steps: readonly Step[]): Promise<void> {
  const outputs = await playSession(world, steps);
  const names = namesIn(world);
  for (const [index, { command, shown }] of steps.entries()) {
    expectOutput({ at, command }, outputs[index] ?? '', shown, names);
  }
}

function expectOutput(where: object, output: string, shown: string, names: Names): void {
  const [seen, wanted] = [comparableLines(output, names), comparableLines(shown, names)];
  if (!isSameOutput(seen, wanted)) expect({ ...where, output: seen }).toEqual({ ...where, output: wanted });
}

/** The JSON of the page has the fields that the command prints, at every level. */
async function compareFields(world: World, { at, code, directives }: Block): Promise<void> {
  const [output = ''] = await playSession(world, [{ command: directives.get('fields of') ?? '', shown: '' }]);
  const json = output.split('\n').find((line) => line.startsWith('{')) ?? output;
  expect({ at, fields: fieldsOf(JSON.parse(json)) }).toEqual({ at, fields: fieldsOf(JSON.parse(code)) });
}

/** Keys, and what is below them; of a list the first element. */
function fieldsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(fieldsOf);
  if (value === null || typeof value !== 'object') return null;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, fieldsOf(field)]));
}
