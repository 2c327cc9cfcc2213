export { detectHost, type Arch, type Host, type Platform } from './host.js';
