import { LuaFunction, type HostValue, type LuaState, type LuaValue } from '../lua/index.js';
import { reopenRecipe, type Recipe, type VerbName } from '../recipe/index.js';
import type { Run } from './run.js';

/** The Lua state of a recipe whose verbs are functions: opened when the first one is called, closed with the package. */
export class RecipeCode implements Disposable {
  #state: LuaState | undefined;

  constructor(
    private readonly run: Run,
    private readonly recipe: Recipe,
    private readonly log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void,
  ) {}

  /** Calls a verb that is a function; the first value it returns. */
  async callVerb(verb: VerbName, ctx: HostValue, signal: AbortSignal): Promise<LuaValue> {
    const state = (this.#state ??= this.#open());
    const called = state.global(verb);
    if (!(called instanceof LuaFunction))
      throw new TypeError(`${verb} of ${this.recipe.identity.text} is no function any more`);
    const [first] = await state.call(called, [ctx], signal);
    return first;
  }

  [Symbol.dispose](): void {
    this.#state?.close();
    this.#state = undefined;
  }

  #open(): LuaState {
    const { host, version, luaCpuLimitMs } = this.run;
    return reopenRecipe(this.recipe, {
      host,
      version,
      log: this.log,
      ...(luaCpuLimitMs !== undefined && { cpuLimitMs: luaCpuLimitMs }),
    });
  }
}
