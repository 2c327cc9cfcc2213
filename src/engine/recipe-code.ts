import { LuaFunction, type HostValue, type LuaState, type LuaValue } from '../lua/index.js';
import { reopenRecipe, type Recipe, type VerbName } from '../recipe/index.js';
import type { Run } from './run.js';

/** The Lua state of a recipe whose verbs are functions: opened when the first one is called, closed after the last. */
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

  /**
   * What made the package is done, so a state that no deploy needs is closed: while the asset goes to the disk, others are
   * made, and each state is as large as the rest of its package.
   */
  onMade(): void {
    if (this.recipe.deploy.form !== 'function') this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#state?.close();
    this.#state = undefined;
  }

  #open(): LuaState {
    const { host, version, luaCpuLimitMs, texts } = this.run;
    const options = {
      ...{ host, version, log: this.log },
      ...(luaCpuLimitMs !== undefined && { cpuLimitMs: luaCpuLimitMs }),
    };
    return reopenRecipe(this.recipe, options, texts.of(this.recipe.file.digest));
  }
}
