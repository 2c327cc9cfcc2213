export { logExcerpts } from './log-excerpt.js';
export { reportPage } from './page.js';
export { readRecordLines, recordLine } from './recorded-event.js';
export { storyOf } from './run-story.js';
export { storyJson } from './story-json.js';
