import { createHash } from 'node:crypto';
import { formatBytes, formatDuration } from '../../support/human-units.js';
import { formatError } from '../error-text.js';
import { criticalPath, type CriticalStep } from './critical-path.js';
import { graphPicture } from './graph-picture.js';
import type { LogExcerpt } from './log-excerpt.js';
import { markup, Markup } from './markup.js';
import { PAGE_SCRIPT } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';
import type { PackageStory, RunStory } from './run-story.js';
import { anchorOf, timeline } from './timeline.js';

/**
 * A run as one HTML file that needs nothing else: no network, no other file. The browser is told to run and load nothing
 * but the one script and the one style sheet in it.
 */
export function reportPage(story: RunStory, logs: ReadonlyMap<string, LogExcerpt>): string {
  const steps = criticalPath(story.packages);
  const title = `fettle ${story.command}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${markup`${title}`.text}</title><style>${PAGE_STYLE}</style></head><body>
${header(story, title).text}
${failureList(story.packages).text}
<h2>Timeline</h2>
${LEGEND.text}
${timeline(story).text}
<h2>Critical path</h2>
${criticalList(steps).text}
<h2>Graph</h2>
${graphPicture(story.packages, steps).text}
<h2>Packages</h2>
<p><input id="filter" type="search" placeholder="filter packages" aria-label="filter packages" hidden></p>
${packageTable(story.packages).text}
<h2>Details and logs</h2>
${story.packages.map((each) => packageDetails(each, logs.get(each.id)).text).join('\n')}
<script>${PAGE_SCRIPT}</script></body></html>
`;
}

function policy(): string {
  const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const sources = `style-src ${digest(PAGE_STYLE)}; script-src ${digest(PAGE_SCRIPT)}`;
  return `default-src 'none'; ${sources}; base-uri 'none'; form-action 'none'`;
}

function header({ ok, startedAt, durationMs, packages }: RunStory, title: string): Markup {
  const counts = new Map<string, number>();
  for (const { status } of packages) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts].map(([status, count]) => `${count} ${status}`);
  const [result, style] =
    ok === null ? ['did not end', 'unfinished'] : ok ? ['done', 'installed'] : ['failed', 'failed'];
  const many = packages.length === 1 ? '1 package' : `${packages.length} packages`;
  const what = parts.length === 0 ? many : `${many}: ${parts.join(', ')}`;
  return markup`<h1>${title}: <span class="${style}">${result}</span></h1>
<p class="soft">${[new Date(startedAt).toISOString(), formatDuration(durationMs), what].join(', ')}</p>`;
}

/** Among hundreds of packages nobody should have to look for the one that failed. */
function failureList(packages: readonly PackageStory[]): Markup {
  const failed = packages.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return markup``;
  return markup`<ul>${failed.map(
    ({ id, reason }) => markup`<li class="failed"><a href="#${anchorOf(id)}"><code>${id}</code></a> ${reason}</li>`,
  )}</ul>`;
}

const LEGEND = markup`<p class="legend soft">${[
  ['recipe_fetch', 'recipe, check'],
  ['phase fetch', 'fetch, download'],
  ['phase', 'stage, install, script'],
  ['build', 'build'],
  ['deploy', 'deploy'],
  ['lock', 'wait for a lock'],
  ['failed', 'failed'],
].map(
  ([style, name]) =>
    markup`<span><svg width="10" height="10" aria-hidden="true"><rect class="${style}" width="10" height="10"/></svg>${name}</span>`,
)}</p>`;

function criticalList(steps: readonly CriticalStep[]): Markup {
  if (steps.length === 0) return markup`<p>This run had no packages.</p>`;
  return markup`<p class="soft">These packages, one after the other, made the run as long as it was.</p><ol>${steps.map(
    ({ id, ownMs }) => markup`<li><a href="#${anchorOf(id)}"><code>${id}</code></a> ${formatDuration(ownMs)}</li>`,
  )}</ol>`;
}

function packageTable(packages: readonly PackageStory[]): Markup {
  return markup`<table><thead><tr><th>package</th><th>status</th><th class="number">time</th><th class="number">size</th><th>why</th></tr></thead><tbody>
${packages.map(
  (story) => markup`<tr data-id="${story.id}"><td><a href="#${anchorOf(story.id)}"><code>${story.id}</code></a></td>
<td class="status ${story.status}">${story.status}</td><td class="number">${formatDuration(story.end - story.start)}</td>
<td class="number">${story.bytes === null ? '' : formatBytes(story.bytes)}</td><td>${story.reason ?? story.why.join('; ')}</td></tr>
`,
)}</tbody></table>`;
}

function packageDetails(story: PackageStory, log: LogExcerpt | undefined): Markup {
  const { id, status, error } = story;
  const isOpen = status === 'failed' ? new Markup(' open') : '';
  return markup`<details id="${anchorOf(id)}" data-id="${id}"${isOpen}><summary><code>${id}</code> <span class="${status}">${status}</span></summary>
<dl>${facts(story).map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${error && markup`<pre>${formatError(error, { colour: false, verbose: true })}</pre>`}
${log && logText(log)}</details>`;
}

function facts({
  path,
  needs,
  why,
  logFile,
  messages,
  stretches,
}: PackageStory): readonly (readonly [string, string])[] {
  const phases = stretches.filter(({ kind }) => kind === 'phase');
  const rows: readonly (readonly [string, string])[] = [
    ['path', path ?? ''],
    ['needs', needs.join('\n')],
    ['why built', why.join('\n')],
    ['phases', phases.map(({ name, start, end }) => `${name} ${formatDuration(end - start)}`).join(', ')],
    ['messages', messages.join('\n')],
    ['whole log', logFile ?? ''],
  ];
  return rows.filter(([, value]) => value !== '');
}

function logText({ text, leftOutBytes, problem }: LogExcerpt): Markup {
  if (problem !== null) return markup`<p class="soft">The log is not there any more: ${problem}</p>`;
  const note = leftOutBytes > 0 && markup`<p class="soft">The first ${formatBytes(leftOutBytes)} are left out.</p>`;
  return markup`${note}<pre>${text}</pre>`;
}
