import { openFilesLimit, type Host } from '../../host/index.js';
import { ok, problem, warning, type Finding } from './finding.js';

/** What package.json asks for in `engines`. */
const OLDEST_NODE = 20;
/** Fewer than this, and files are handled one at a time. */
const FEW_FILES = 256;

/** Node itself, and what the system allows it. */
export function checkMachine({ platform, arch, cores, env }: Host, version: string): readonly Finding[] {
  return [
    ok('fettle', `${version} on ${platform} ${arch}, ${cores} core${cores === 1 ? '' : 's'}`),
    checkNode(process.versions.node),
    ...checkNodeOptions(env['NODE_OPTIONS'] ?? ''),
    ...checkOpenFiles(openFilesLimit()),
  ];
}

function checkNode(version: string): Finding {
  const found = `${version} (${process.execPath})`;
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return ok('node', found);
  return problem('node', found, `Install Node ${OLDEST_NODE} or newer.`);
}

/** They reach every Node process that a recipe starts, too. */
function checkNodeOptions(options: string): readonly Finding[] {
  if (options.trim() === '') return [];
  return [
    warning(
      'NODE_OPTIONS',
      'is set, and changes how fettle and the tools of recipes run',
      'Unset it if something is odd.',
    ),
  ];
}

function checkOpenFiles(limit: number | undefined): readonly Finding[] {
  if (limit === undefined) return [];
  const found = `${limit} at once`;
  if (limit >= FEW_FILES) return [ok('open files', found)];
  return [warning('open files', found, 'Raise the limit with "ulimit -n 4096"; with so few fettle is slow.')];
}
