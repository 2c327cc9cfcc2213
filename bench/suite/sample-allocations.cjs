// Preloaded into a profiled process: when it ends, its main thread writes who allocated what, also of what was freed
// meanwhile (Node's own --heap-prof tells only what is left), into a file of ALLOCATIONS_FOLDER.
const { writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');
const { join } = require('node:path');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  const session = new Session();
  session.connect();
  const freedToo = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
  session.post('HeapProfiler.startSampling', { samplingInterval: 65_536, ...freedToo });
  process.once('exit', () => {
    session.post('HeapProfiler.stopSampling', (error, answer) => {
      if (error) throw error;
      writeFileSync(join(process.env.ALLOCATIONS_FOLDER, `${process.pid}.heapprofile`), JSON.stringify(answer.profile));
    });
  });
}
