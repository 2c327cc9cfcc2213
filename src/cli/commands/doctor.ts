import { EXIT } from '../../errors/index.js';
import { examine, type Finding, type FindingGroup } from '../doctor/index.js';
import type { Invocation } from '../invocation.js';
import { tableLines } from '../text-table.js';

/** That of the longest. */
const STATUS_WIDTH = 'warning'.length;

/**
 * `fettle doctor`: looks at all that fettle needs, and says how to mend what is amiss.
 * @returns 1 when there is a problem; warnings do not count
 */
export async function doctor(invocation: Invocation, options: { readonly json?: boolean }): Promise<number> {
  const groups = await examine(invocation);
  const isWell = groups.every(({ findings }) => findings.every(({ status }) => status !== 'problem'));
  const isQuiet = invocation.globals.quiet ?? false;
  invocation.streams.out(options.json === true ? asJson(groups, isWell) : asText(groups, isQuiet));
  return isWell ? EXIT.ok : EXIT.package;
}

function asJson(groups: readonly FindingGroup[], isWell: boolean): string {
  const checks = groups.flatMap(({ name: group, findings }) => findings.map((finding) => ({ group, ...finding })));
  return `${JSON.stringify({ ok: isWell, checks })}\n`;
}

/** Columns over all groups; how to mend something stands below it. With -q only what is amiss. */
function asText(groups: readonly FindingGroup[], isQuiet: boolean): string {
  const all = groups.flatMap(({ findings }) => findings);
  const shown = isQuiet ? all.filter(({ status }) => status !== 'ok') : all;
  const rows = tableLines(shown.map(({ status, name, found }) => [status.padEnd(STATUS_WIDTH), name, found]));
  const lines = shown.flatMap(({ mend }, index) => [
    rows[index] ?? '',
    ...(mend === null ? [] : [`${' '.repeat(STATUS_WIDTH + 2)}${mend}`]),
  ]);
  return [...lines, ...(isQuiet && shown.length === 0 ? [] : [summary(all)])].map((line) => `${line}\n`).join('');
}

function summary(all: readonly Finding[]): string {
  const count = (status: Finding['status']): number => all.filter((each) => each.status === status).length;
  const plural = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
  return `${plural(all.length, 'check')}: ${plural(count('problem'), 'problem')}, ${plural(count('warning'), 'warning')}`;
}
