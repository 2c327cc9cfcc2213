// Runs jest and ends with the line `N passed, N failed`: the unit and functional tests, or with --faults as its first
// argument the fault tests. All other arguments go to jest.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const config = join(root, '.config', 'jest.config.js');

const wantsFaults = process.argv[2] === '--faults';
const projects = wantsFaults ? ['faults'] : ['unit', 'functional'];
const passedOn = process.argv.slice(wantsFaults ? 3 : 2);

const folder = await mkdtemp(join(tmpdir(), 'fettle-jest-'));
try {
  const resultFile = join(folder, 'result.json');
  const exitCode = await runJest(resultFile);
  const { passed, failed } = await countTests(resultFile);
  // A crash of jest itself, or tests that do not even load, must not look like success.
  const allFailed = exitCode !== 0 && failed === 0 ? 1 : failed;
  console.log(`${passed} passed, ${allFailed} failed`);
  process.exitCode = exitCode === 0 && allFailed > 0 ? 1 : exitCode;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The exit code; 1 when jest was killed. */
function runJest(resultFile) {
  const fixed = ['--selectProjects', ...projects, '--config', config, '--json', '--outputFile', resultFile];
  const jestArguments = [...fixed, ...passedOn];
  const child = spawn(process.execPath, ['--experimental-vm-modules', jest, ...jestArguments], {
    cwd: root,
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

async function countTests(resultFile) {
  const text = await readFile(resultFile, 'utf8').catch(() => undefined);
  if (text === undefined) return { passed: 0, failed: 0 };
  const result = JSON.parse(text);
  return { passed: result.numPassedTests, failed: result.numFailedTests + result.numRuntimeErrorTestSuites };
}
