export {
  VERB_NAMES,
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
// locateRecipe(request, { manifestDir, shippedDir, host, fetcher, cache, emit, signal }): Promise<RecipeFile>
//     language.md "Where a recipe comes from"; throws E_RECIPE_NOT_FOUND with the places looked in
// loadRecipe(file: RecipeFile, request: PackageRequest, { host, version, log, cpuLimitMs }): LoadedRecipe
//     sync; LoadedRecipe = { recipe: Recipe, state: LuaState }. The caller closes the state.
// reopenRecipe(recipe, …): LuaState     runs the file again for its function verbs
