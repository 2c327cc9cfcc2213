// Writes the tables of docs/errors.md from the catalogue in src/errors, as `fettle explain` prints it. With
// --check it only says whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format } from 'prettier';

const root = new URL('..', import.meta.url);
const page = fileURLToPath(new URL('docs/errors.md', root));
const BEGIN = '<!-- From here to the end this page is written by `npm run docs:errors`. -->';

const codes = (await loadCatalogue()).explainCodes();
const present = readFileSync(page, 'utf8');
const introduction = present.slice(0, present.indexOf(BEGIN) + BEGIN.length);
const wanted = await format(`${introduction}\n\n${tables(codes)}`, { parser: 'markdown', printWidth: 120 });

if (!process.argv.includes('--check')) writeFileSync(page, wanted);
else if (present !== wanted) {
  console.error('docs/errors.md is not what the catalogue says: run npm run docs:errors');
  process.exitCode = 1;
}

/** The sources are TypeScript, and need no build of the command for this. */
async function loadCatalogue() {
  const entry = fileURLToPath(new URL('src/errors/index.ts', root));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

function tables(all) {
  const groups = [...new Set(all.map(({ group }) => group))];
  return groups
    .map((group) =>
      table(
        group,
        all.filter((code) => code.group === group),
      ),
    )
    .join('\n');
}

function table(heading, codes) {
  const rows = codes.map(
    ({ code, exitCode, meaning, remedy }) => `| \`${code}\` | ${exitCode} | ${meaning} | ${remedy} |`,
  );
  return [
    `## ${heading}`,
    '',
    '| code | exit | meaning | how to fix it |',
    '| --- | ---: | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
