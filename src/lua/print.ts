import { lua, type CFunction } from './fengari.js';
import { displayValue } from './text.js';

/** `print` to a log: arguments through `tostring`, with tabs between. */
export function printFunction(tell: (line: string) => void): CFunction {
  return (L) => {
    const texts: string[] = [];
    for (let index = 1; index <= lua.lua_gettop(L); index += 1) texts.push(displayValue(L, index));
    tell(texts.join('\t'));
    return 0;
  };
}
