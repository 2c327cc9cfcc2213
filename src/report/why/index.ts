export { needsOf, type Needs } from './needs.js';
export { whyAsJson } from './why-json.js';
export { whyAsText } from './why-text.js';
