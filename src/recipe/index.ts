export { parseFetchRequests } from './fetch-requests.js';
export { fetchDirectories, loadRecipe, reopenRecipe, type LoadedRecipe } from './load-recipe.js';
export { findRecipesCalled, recipeNames, type NamedRecipe, type RecipePlaces } from './named-recipes.js';
export { parseOptionArguments, requestForRecipe } from './request-for-recipe.js';
export { locateRecipe, type LocateContext } from './locate-recipe.js';
export { RecipeMemory } from './memory/recipe-memory.js';
export {
  type BuildTool,
  type BuildVerb,
  type CheckVerb,
  type CommonBuild,
  type DeployVerb,
  type FetchVerb,
  type FunctionVerb,
  type InstallVerb,
  type NilVerb,
  type Recipe,
  type RecipeFile,
  type ShellVerb,
  type StageVerb,
  type VerbName,
} from './recipe.js';
export {
  archivesOf,
  checkAndMarkError,
  createContext,
  refuseFailure,
  renameAcrossDevices,
  type DependencyAccess,
  type PhaseContext,
  type PhaseEffects,
  type PhaseFolders,
  type PhaseServices,
} from './context/index.js';
