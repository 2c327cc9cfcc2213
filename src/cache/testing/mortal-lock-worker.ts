import { getEnvironmentData } from 'node:worker_threads';
import { dieAt } from './die-at.js';

// The lock worker, which takes its process with it at the call that its parent names.
dieAt(Number(getEnvironmentData('dieAt')));
await import('../lock-worker.js');
