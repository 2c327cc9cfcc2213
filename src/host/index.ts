export { detectHost, type Arch, type Host, type Platform } from './host.js';
export { monotonicMs } from './monotonic.js';
