export type { Answers, EnvironmentAnswers, PackageAnswers } from './answers.js';
export { removeAnswers, renewAnswers, writeAnswers } from './answers-file.js';
export { restateAnswers } from './restate-answers.js';
