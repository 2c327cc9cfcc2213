// Preloaded into a measured process: writes its peak resident memory (kilobytes) to PEAK_MEMORY_FILE when it ends.
const { writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  process.once('exit', () => {
    writeFileSync(process.env.PEAK_MEMORY_FILE, String(process.resourceUsage().maxRSS));
  });
}
