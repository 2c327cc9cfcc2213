import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { EXIT, FettleError, hasCode, messageOf } from '../../errors/index.js';
import type { LuaHost, PackageRequest } from '../../manifest/index.js';
import { findManifest, type ToolMatch } from '../../project/index.js';
import { recipeNames } from '../../recipe/index.js';
import { MANIFEST_NAME } from '../../support/manifest-name.js';
import { addPackages } from '../add-package.js';
import { askPackages, type ChosenPackages } from '../ask-packages.js';
import { canAsk, withQuestions } from '../ask.js';
import { detectTools, type DetectedTools } from '../detect-tools.js';
import type { Invocation } from '../invocation.js';
import { idOf, loadEntries, luaHostOf } from '../manifest-edits.js';
import { newManifest, withExample } from '../new-manifest.js';
import { sayLog } from '../say.js';
import { wantedPackage, type NameContext } from '../wanted-package.js';

export interface InitOptions {
  readonly from?: readonly string[];
  /** Undefined means yes, as --no-detect says no. */
  readonly detect?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `fettle init [NAME…]`: writes the manifest of a new project. One that is there is never touched. */
export async function init(invocation: Invocation, names: readonly string[], options: InitOptions): Promise<number> {
  const { host, globals } = invocation;
  const file = resolve(host.cwd, globals.manifest ?? MANIFEST_NAME);
  const luaHost = luaHostOf(invocation);
  refuseExisting(file, luaHost);
  const context = { manifestFile: file, shippedDir: invocation.shippedDir, luaHost, present: [] };
  const detected = await detect(context, options);
  const chosen = await choose(invocation, { names, matches: detected.matches }, context, options);
  const bytes = addPackages({ file, bytes: Buffer.from(newManifest(chosen.matches)) }, chosen.names, {}, context).bytes;
  const requests = loadEntries(file, bytes, luaHost).map(({ request }) => request);
  const outer = findManifest(dirname(file));
  await writeNew(file, requests.length === 0 ? Buffer.from(withExample(Buffer.from(bytes).toString())) : bytes);
  if (options.json === true)
    invocation.streams.out(`${JSON.stringify(asJson(file, requests, { ...detected, matches: chosen.matches }))}\n`);
  tell(invocation, { file, requests, outer, ...detected, matches: chosen.matches });
  return EXIT.ok;
}

/** @throws FettleError E_USAGE that tells what is there */
function refuseExisting(file: string, luaHost: LuaHost): void {
  if (!existsSync(file)) return;
  throw new FettleError('E_USAGE', `There is a manifest already: ${file}`, {
    facts: { packages: packagesOf(file, luaHost) },
    hint: 'Add to it with "fettle add NAME".',
  });
}

function packagesOf(file: string, luaHost: LuaHost): readonly string[] | string {
  try {
    const ids = loadEntries(file, readFileSync(file), luaHost).map(({ request }) => idOf(request));
    return ids.length > 0 ? ids : 'none';
  } catch (error) {
    return `not readable: ${messageOf(error)}`;
  }
}

async function detect(context: NameContext, { from, detect: isWanted }: InitOptions): Promise<DetectedTools> {
  if (isWanted === false && from === undefined) return { matches: [], problems: [] };
  const places = { manifestDir: dirname(context.manifestFile), shippedDir: context.shippedDir };
  return detectTools(places, from, context.luaHost);
}

/** At a terminal people are asked, unless they have said what they want. */
async function choose(
  invocation: Invocation,
  found: ChosenPackages,
  context: NameContext,
  { yes, json, from }: InitOptions,
): Promise<ChosenPackages> {
  const isDecided = yes === true || json === true || from !== undefined || found.names.length > 0;
  if (isDecided || !canAsk(invocation)) return found;
  const known = recipeNames({ manifestDir: dirname(context.manifestFile), shippedDir: context.shippedDir });
  return withQuestions((ask) =>
    askPackages(ask, {
      matches: found.matches,
      known,
      check: (name) => void wantedPackage(name, {}, context),
      say: (line) => {
        invocation.streams.err(`${line}\n`);
      },
    }),
  );
}

/** Somebody else may have made one meanwhile: that one stays. */
async function writeNew(file: string, content: Uint8Array): Promise<void> {
  try {
    await writeFile(file, content, { flag: 'wx' });
  } catch (error) {
    if (hasCode(error, 'EEXIST')) {
      throw new FettleError('E_USAGE', `There is a file already: ${file}`, { facts: { path: file }, cause: error });
    }
    throw new FettleError(hasCode(error, 'ENOSPC', 'EDQUOT') ? 'E_DISK_FULL' : 'E_FILE', messageOf(error), {
      facts: { path: file },
      hint: 'See that the folder is there and writable.',
      cause: error,
    });
  }
}

interface Made extends DetectedTools {
  readonly file: string;
  readonly requests: readonly PackageRequest[];
  /** The manifest that was in charge of this folder before. */
  readonly outer: string | undefined;
}

function tell(invocation: Invocation, { file, requests, outer, matches, problems }: Made): void {
  for (const problem of problems) sayLog(invocation, 'warn', problem);
  sayLog(invocation, 'info', `wrote ${file} with ${count(requests.length)}`);
  for (const request of requests) sayLog(invocation, 'info', `  ${idOf(request)}${remarkOn(request, matches)}`);
  for (const { tool, version, file: from, note } of matches.filter(({ entry }) => !entry)) {
    sayLog(invocation, 'warn', `not in it: ${tool} ${version} (${from}): ${note ?? ''}`);
  }
  if (outer !== undefined) sayLog(invocation, 'info', `in this folder it takes the place of ${outer}`);
  const next =
    requests.length === 0
      ? 'add packages with "fettle add NAME", then run "fettle sync"'
      : 'run "fettle sync" to install them';
  sayLog(invocation, 'info', next);
}

function count(packages: number): string {
  return packages === 1 ? '1 package' : `${packages} packages`;
}

function remarkOn({ identity }: PackageRequest, matches: readonly ToolMatch[]): string {
  const match = matches.find(({ entry }) => entry?.recipe === identity.text);
  if (!match) return '';
  return match.note === undefined ? `  from ${match.file}` : `  from ${match.file}: ${match.note}`;
}

function asJson(manifest: string, requests: readonly PackageRequest[], { matches, problems }: DetectedTools): object {
  const packages = requests.map(({ identity, options }) => {
    const match = matches.find(({ entry }) => entry?.recipe === identity.text);
    return { identity: identity.text, options, from: match?.file ?? null, note: match?.note ?? null };
  });
  const unmatched = matches.filter(({ entry }) => !entry);
  return {
    manifest,
    packages,
    unmatched: unmatched.map(({ tool, version, file, note }) => ({ tool, version, from: file, note: note ?? null })),
    problems,
  };
}
