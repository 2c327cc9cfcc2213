import { basename } from 'node:path';
import { MISS_KINDS, type MissKind, type MissReason } from '../../events/index.js';
import type { Comparisons } from './comparisons.js';
import { dependencyChanges } from './dependency-changes.js';
import { differences, type Difference } from './differences.js';
import type { EarlierBuild } from './earlier-builds.js';
import { firstChangedLine } from './first-changed-line.js';
import type { MissSubject } from './miss-subject.js';
import { isSecretName, showText, showValue } from './show-value.js';
import { readSourceLines } from './source-lines.js';

/** All that is different about a package since an earlier build of its identity; what says most comes first. */
export async function changesBetween(
  before: EarlierBuild,
  now: MissSubject,
  comparisons: Comparisons,
): Promise<readonly MissReason[]> {
  const all = differences(before.keyInputs, now.keyInputs);
  const inputs = all.filter(({ path }) => path[0] !== 'dependencies');
  const reasons = [
    ...(await Promise.all(inputs.map((difference) => describe(difference, before, now)))),
    ...(await dependencyChanges(
      all.filter(({ path }) => path[0] === 'dependencies'),
      now,
      comparisons,
    )),
  ];
  return reasons.sort((left, right) => MISS_KINDS.indexOf(left.kind) - MISS_KINDS.indexOf(right.kind));
}

async function describe(difference: Difference, before: EarlierBuild, now: MissSubject): Promise<MissReason> {
  const { path } = difference;
  const name = path.slice(1).join('.');
  switch (path[0]) {
    case 'recipe':
      return describeFile('recipe', 'recipe', difference, { before, now });
    case 'files':
      return describeFile('file', `required file ${name}`, difference, { before, now });
    case 'options':
      return valueReason('option', `option ${name}`, difference, showValue);
    case 'env':
      return describeVariable(name, difference);
    case 'sources':
      return contentReason('source', `local source ${name}`, difference);
    case 'downloads':
      return contentReason('download', `download ${name}`, difference);
    case 'choices':
      return valueReason('choice', `download ${name}`, difference, showText);
    case 'platform':
    case 'shell':
    case 'layout':
      return valueReason(path[0], SINGLE[path[0]], difference, showText);
    default:
      return valueReason('input', path.join(' '), difference, showValue);
  }
}

const SINGLE = { platform: 'platform', shell: 'default shell', layout: 'format of the key' } as const;

/** `recipe changed: gcc.lua:41`, as far as the earlier lines are known. */
async function describeFile(
  kind: MissKind,
  what: string,
  difference: Difference,
  { before, now }: { readonly before: EarlierBuild; readonly now: MissSubject },
): Promise<MissReason> {
  const file = now.sources.find(({ digest }) => digest === difference.after);
  const reason = contentReason(kind, what, difference);
  if (!file) return reason;
  const earlier = before.sources[String(difference.before)];
  const current = (await readSourceLines([file]))[file.digest];
  const line = earlier === undefined || current === undefined ? undefined : firstChangedLine(earlier, current);
  const place = basename(file.path);
  if (line === undefined) return kind === 'recipe' ? { ...reason, text: `${reason.text}: ${place}` } : reason;
  return { ...reason, location: { file: file.path, line }, text: `${reason.text}: ${place}:${line}` };
}

/** Values of variables that look like secrets are nobody's business. */
function describeVariable(name: string, difference: Difference): MissReason {
  if (!isSecretName(name)) return valueReason('env', `environment ${name}`, difference, showValue);
  const hidden = contentReason('env', `environment ${name}`, difference);
  return { ...hidden, before: null, after: null };
}

function valueReason(
  kind: MissKind,
  what: string,
  { path, before, after }: Difference,
  show: (value: unknown) => string,
): MissReason {
  return reasonOf(kind, path, { before, after, text: `${what}: ${show(before)} → ${show(after)}` });
}

/** For digests, which say nothing to a reader. */
function contentReason(kind: MissKind, what: string, { path, before, after }: Difference): MissReason {
  const verb = before == null ? 'added' : after == null ? 'removed' : 'changed';
  return reasonOf(kind, path, { before, after, text: `${what} ${verb}` });
}

function reasonOf(
  kind: MissKind,
  [, ...names]: readonly string[],
  { before, after, text }: { readonly before: unknown; readonly after: unknown; readonly text: string },
): MissReason {
  const name = names.length === 0 ? null : names.join('.');
  return { kind, name, before: before ?? null, after: after ?? null, location: null, because: [], text };
}
