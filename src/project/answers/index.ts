export type { Answers, EnvironmentAnswers, PackageAnswers } from './answers.js';
export { renewAnswers, writeAnswers } from './answers-file.js';
export { restateAnswers } from './restate-answers.js';
