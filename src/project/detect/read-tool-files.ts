import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { FettleError, hasCode, messageOf } from '../../errors/index.js';
import type { DeclaredTool, ToolVersion } from './declared-tool.js';
import { parseGoModule, parseMise, parsePackageJson, parseToolVersions, parseVersionFile } from './parse-tool-files.js';

type Parser = (text: string) => readonly ToolVersion[] | Promise<readonly ToolVersion[]>;

/** The files that are read, those that count more first. */
const PARSERS: Readonly<Record<string, Parser>> = {
  'mise.toml': parseMise,
  '.mise.toml': parseMise,
  '.tool-versions': parseToolVersions,
  '.node-version': (text) => parseVersionFile(text, 'node'),
  '.nvmrc': (text) => parseVersionFile(text, 'node'),
  '.python-version': (text) => parseVersionFile(text, 'python'),
  'go.mod': parseGoModule,
  'package.json': parsePackageJson,
};

/** What the files of other version managers say. */
export interface ToolFiles {
  readonly tools: readonly DeclaredTool[];
  /** Files that cannot be read, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * Reads the files of other version managers.
 * @param files only these, which must be there; undefined: those of the folder
 * @throws FettleError E_USAGE for a file that is not there, or of a kind that is not known
 */
export async function readToolFiles(directory: string, files?: readonly string[]): Promise<ToolFiles> {
  const tools: DeclaredTool[] = [];
  const problems: string[] = [];
  for (const file of files ?? Object.keys(PARSERS)) {
    const parse = parserOf(file);
    const text = await textOf(resolve(directory, file), files !== undefined);
    if (text === undefined) continue;
    try {
      tools.push(...(await parse(text)).map((each) => ({ ...each, file })));
    } catch (error) {
      problems.push(`${file} cannot be read: ${messageOf(error).split('\n')[0] ?? ''}`);
    }
  }
  return { tools, problems };
}

function parserOf(file: string): Parser {
  const parse = PARSERS[basename(file)];
  if (parse) return parse;
  throw new FettleError('E_USAGE', `${file} is no file that versions of tools are read from.`, {
    facts: { got: file, known: Object.keys(PARSERS) },
  });
}

async function textOf(path: string, isWanted: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!isWanted && hasCode(error, 'ENOENT', 'EISDIR', 'ENOTDIR')) return undefined;
    throw new FettleError('E_USAGE', `${path} cannot be read: ${messageOf(error)}`, { facts: { path }, cause: error });
  }
}
