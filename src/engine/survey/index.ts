export { explainPackages, type ChoosePackages } from './explain-packages.js';
export { surveyPackages } from './survey-packages.js';
export type {
  DeclarationPlace,
  ExplainedPackages,
  PackageState,
  SurveyedDependency,
  SurveyedPackage,
} from './surveyed-package.js';
