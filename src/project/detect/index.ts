export { matchTools, type ToolMatch, type ToolRecipe } from './match-tools.js';
export { readToolFiles } from './read-tool-files.js';
