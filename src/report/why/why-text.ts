import { relative } from 'node:path';
import type { DeclarationPlace, PackageState, SurveyedPackage } from '../../engine/index.js';
import { toErrorReport } from '../../errors/index.js';
import type { MissReason } from '../../events/index.js';
import { formatDuration } from '../../support/human-units.js';
import { plainText } from '../foreign-text.js';
import { builtIn } from './durations.js';
import type { Needs } from './needs.js';

/** What `fettle why` tells of one package. Files of the project are named from `directory`. */
export function whyAsText(of: SurveyedPackage, needs: Needs, state: PackageState, directory: string): string {
  const version = of.version === null || of.options['version'] !== undefined ? '' : ` (${of.version})`;
  const lines = [`${of.id}${version}`, '', ...needLines(needs, directory), '', ...stateLines(state)];
  return `${lines.map(plainText).join('\n')}\n`;
}

function needLines({ requestedAt, dependants, chains }: Needs, directory: string): readonly string[] {
  const direct = dependants.map(({ id, neededBy, declaredAt }) => {
    const where = declaredAt ? `  ${placeText(declaredAt, directory)}` : '';
    return `  ${id}${neededBy === null ? '' : ` for ${neededBy}`}${where}`;
  });
  const indirect = chains.filter((chain) => chain.length > 2);
  return [
    'Needed by',
    ...(requestedAt ? [`  the manifest  ${placeText(requestedAt, directory)}`] : []),
    ...direct,
    ...(indirect.length === 0 ? [] : ['Shortest ways from the manifest', ...indirect.map(chainText)]),
  ];
}

function chainText(chain: readonly string[]): string {
  return `  ${chain.join(' → ')}`;
}

function placeText({ file, line }: DeclarationPlace, directory: string): string {
  const path = relative(directory, file);
  return `${path.startsWith('..') ? file : path}${line === null ? '' : `:${line}`}`;
}

function stateLines(state: PackageState): readonly string[] {
  switch (state.status) {
    case 'cached':
      return cachedLines(state);
    case 'missing':
      return missingLines(state);
    case 'user-managed':
      return ['The host holds it: each sync asks its check, and makes it where that says no'];
    case 'other-platform':
      return ['It is not for this platform'];
    case 'unknown': {
      const { message, hint, code } = toErrorReport(state.error);
      return [
        `What the next sync will do cannot be known: ${message} (${code})`,
        ...(hint === null ? [] : [`  ${hint}`]),
      ];
    }
  }
}

function cachedLines({ entry, build }: Extract<PackageState, { status: 'cached' }>): readonly string[] {
  const built = [`  built in ${formatDuration(builtIn(entry))}`];
  const because = build === null ? [] : ['Built then because', ...reasonLines(build.reasons)];
  return [`In the cache since ${timeText(entry.completedAt)}`, `  ${entry.assetDir}`, ...built, ...because];
}

function missingLines({
  miss: { reasons, comparedWith },
}: Extract<PackageState, { status: 'missing' }>): readonly string[] {
  const compared = comparedWith ? [`  (compared with the build of ${timeText(comparedWith.builtAt)})`] : [];
  return ['Not in the cache, so the next sync makes it', ...reasonLines(reasons), ...compared];
}

/** What is different about a dependency stands below it. */
function reasonLines(reasons: readonly MissReason[], indent = '  '): readonly string[] {
  return reasons.flatMap(({ text, because, location }) => [
    `${indent}${text}`,
    ...(location ? [`${indent}  ${location.file}:${location.line}`] : []),
    ...reasonLines(because, `${indent}  `),
  ]);
}

/** To the minute, in UTC. */
function timeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
