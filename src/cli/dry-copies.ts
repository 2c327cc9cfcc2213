import type { PackageState, SurveyedPackage } from '../engine/index.js';
import { planCopies, type LinkMode, type PlannedCopies } from '../project/index.js';
import { askedLinkMode, linkModeOf } from './asked-link-mode.js';
import type { Invocation } from './invocation.js';
import { previousRecord } from './record-run.js';

/** What a sync would do to the project's private copies. */
export interface DryCopies extends PlannedCopies {
  readonly link: LinkMode;
}

/**
 * @param asked by the option
 * @param packages of which the cached ones and those that would be made are used; whether the latter keep files is not known yet
 */
export function dryCopies(
  invocation: Invocation,
  projectDir: string,
  { asked, packages }: { readonly asked: LinkMode | undefined; readonly packages: readonly Told[] },
): DryCopies {
  const link = linkModeOf(true, askedLinkMode(invocation, asked), previousRecord(projectDir));
  const wanted = packages
    .filter(({ state }) => state.status === 'cached' || state.status === 'missing')
    .map(({ of: { id, identity }, state }) => {
      return { id, identity, assetPath: state.status === 'cached' ? state.entry.assetDir : null };
    });
  return { link, ...planCopies(projectDir, { packages: wanted, mode: link }) };
}

/** A package as a dry run tells it. */
export interface Told {
  readonly of: SurveyedPackage;
  readonly state: PackageState;
}

/** Lines of text; none where all stays as it is. */
export function copyLines({ link, made, removed }: DryCopies): readonly string[] {
  const lines: string[] = [];
  if (made.length > 0) {
    const what = made.length === 1 ? '1 package' : `${made.length} packages`;
    lines.push(`${what} would be copied into the project (${link}): ${made.join(', ')}`);
  }
  if (removed.length > 0) {
    const what = removed.length === 1 ? '1 private copy' : `${removed.length} private copies`;
    lines.push(`${what} would be removed: ${removed.join(', ')}`);
  }
  return lines;
}
