import { readPlainSync } from './plain-sync.js';
import { runPlainSync } from './run-plain-sync.js';

void run(process.argv.slice(2));

/** The most frequent call is understood without the grammar of all others, whose making takes longer than its answer. */
async function run(args: readonly string[]): Promise<void> {
  const asked = readPlainSync(args, process.env);
  if (asked && (await runPlainSync(asked))) return;
  const { runCommandLine } = await import('./program.js');
  await runCommandLine(args);
}
