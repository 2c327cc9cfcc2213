// Preloaded into a measured process: writes what it has used when it ends to USAGE_FILE, as JSON. All its threads count.
const { writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  process.once('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const usage = { megabytes: maxRSS / 1000, cpuMs: (userCPUTime + systemCPUTime) / 1000 };
    writeFileSync(process.env.USAGE_FILE, JSON.stringify(usage));
  });
}
