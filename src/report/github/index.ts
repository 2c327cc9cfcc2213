export { errorAnnotation } from './annotation.js';
export { githubReporter, type GithubReporterOptions, type SummaryPage } from './github-reporter.js';
