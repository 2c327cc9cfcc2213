import { FettleError } from '../errors/index.js';
import { LuaFunction, LuaTable, type LuaValue } from './values.js';

/** One argument of a call, for messages. */
export interface Argument {
  readonly of: string;
  readonly position: number;
  readonly value: LuaValue;
}

/** @throws FettleError E_CTX_ARGUMENT that names the function and the argument */
export function requireText(argument: Argument): string {
  if (typeof argument.value === 'string') return argument.value;
  if (typeof argument.value === 'number') return String(argument.value);
  throw badArgument(argument, 'string');
}

export function requireTable(argument: Argument): LuaTable {
  if (argument.value instanceof LuaTable) return argument.value;
  throw badArgument(argument, 'table');
}

export function requireArray(argument: Argument): readonly LuaValue[] {
  const values = requireTable(argument).asArray();
  if (values) return values;
  throw badArgument(argument, 'array without gaps', 'table with other keys');
}

export function requireNumber(argument: Argument): number {
  if (typeof argument.value === 'number') return argument.value;
  throw badArgument(argument, 'number');
}

export function badArgument(argument: Argument, expected: string, got = typeNameOf(argument.value)): FettleError {
  return new FettleError(
    'E_CTX_ARGUMENT',
    `bad argument #${argument.position} to ${argument.of} (${expected} expected, got ${got})`,
    { facts: { function: argument.of, argument: argument.position, expected, got } },
  );
}

function typeNameOf(value: LuaValue): string {
  if (value === undefined) return 'nil';
  if (value instanceof LuaTable) return 'table';
  if (value instanceof LuaFunction) return 'function';
  if (value instanceof Uint8Array) return 'string that is not UTF-8';
  return typeof value;
}
