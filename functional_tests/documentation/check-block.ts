import { execFile } from 'node:child_process';
import { expect } from '@jest/globals';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { World } from '../support/index.js';
import { expectKnownCommands } from './known-commands.js';
import type { Block } from './page.js';
import { partOf } from './play-page.js';
import { parseSession } from './session.js';

/** Languages of which a block is looked at even when nothing plays it. */
const CHECKS: Readonly<Record<string, (block: Block) => Promise<void> | void>> = {
  lua: checkLua,
  sh: ({ at, code }) => checkScript(at, code),
  console: ({ at, code }) => checkScript(at, commandsOf(code)),
  yaml: checkYaml,
  json: ({ code }) => void JSON.parse(code),
  toml: ({ code }) => void parseToml(code),
};

/** Why nobody looks at a block; undefined when somebody does: it is played, loaded, parsed, or says why not. */
export function whyUnchecked(block: Block): string | undefined {
  const { language, kind, directives } = block;
  if (directives.get('not run') === '') return 'it does not say why it is not run';
  if (partOf(block) !== undefined) return undefined;
  if (language === 'lua')
    return ['manifest', 'recipe'].includes(kind) ? undefined : 'it is no manifest, recipe or file';
  if (['json', 'toml'].includes(language)) return undefined;
  return directives.has('not run') ? undefined : 'it is neither run nor says why not';
}

/** Looks at a block without playing it: it is well-formed, a manifest or recipe loads, commands and options exist. */
export async function checkBlock(block: Block): Promise<void> {
  await CHECKS[block.language]?.(block);
}

async function checkLua({ at, code, kind }: Block): Promise<void> {
  await using world = await World.create();
  if (kind === 'manifest') await world.manifest(/^packages =/m.test(code) ? code : `packages = {}\n${code}`);
  if (kind === 'recipe') await arrangeRecipe(world, wholeRecipe(code));
  if (kind === '') return;
  const { exitCode, stderr } = await world.fettle([kind === 'manifest' ? 'list' : 'graph'], { isTraced: false });
  const expected = kind === 'manifest' ? ['', 'the manifest names no packages\n'] : [''];
  expect({ at, exitCode, stderr }).toEqual({ at, exitCode: 0, stderr: expect.stringMatching(oneOf(expected)) });
}

function oneOf(texts: readonly string[]): RegExp {
  return new RegExp(`^(${texts.join('|')})$`);
}

/** Some examples are only the lines that matter. */
function wholeRecipe(code: string): string {
  const identity = /^identity =/m.test(code) ? '' : 'identity = "local.example@v1"\n';
  const verb = /^(function )?(fetch|install|check)\b/m.test(code) ? '' : '\ninstall = "true"\n';
  return identity + code + verb;
}

/** A manifest that asks for the recipe, and something for each dependency that the page does not show. */
async function arrangeRecipe(world: World, code: string): Promise<void> {
  const [, identity = ''] = /^identity = "(.+)"/m.exec(code) ?? [];
  await world.write('example.lua', code);
  await world.manifest(`packages = { { recipe = "${identity}", source = "example.lua" } }`);
  for (const [, needed = '', source] of code.matchAll(/"((?:\w+)\.\w+@v\d+)"(?:, source = "([^":]+)")?/g)) {
    if (needed === identity || needed.startsWith('fettle.')) continue;
    await world.write(source ?? `recipes/${needed}.lua`, `identity = "${needed}"\ninstall = "true"\n`);
  }
}

/** A job's scripts are scripts too. */
async function checkYaml({ at, code }: Block): Promise<void> {
  for (const script of scriptsIn(parseYaml(code))) await checkScript(at, script);
}

/** `run` of GitHub's steps, `script` and `before_script` of GitLab's jobs. */
function scriptsIn(value: unknown): readonly string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, field]) => {
    if (name === 'run' && typeof field === 'string') return [field];
    if (/^(before_)?script$/.test(name) && Array.isArray(field)) return [field.join('\n')];
    return scriptsIn(field);
  });
}

function commandsOf(session: string): string {
  return parseSession(session)
    .map(({ command }) => `${command}\n`)
    .join('');
}

async function checkScript(at: string, script: string): Promise<void> {
  expect({ at, problem: await syntaxProblem(script) }).toEqual({ at, problem: '' });
  await expectKnownCommands(at, script);
}

/** What bash finds wrong, without running anything. */
function syntaxProblem(script: string): Promise<string> {
  return new Promise((resolve) => {
    const bash = execFile('bash', ['-n'], (_error, _stdout, stderr) => {
      resolve(stderr);
    });
    bash.stdin?.end(script);
  });
}
