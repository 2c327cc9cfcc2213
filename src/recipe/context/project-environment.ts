import type { CallArguments } from './arguments.js';
import type { PhaseEffects } from './services.js';

/** `set_env(name, value)`: a variable of the project's environment. */
export function setEnvironmentVariable(call: CallArguments, effects: PhaseEffects): void {
  const name = call.text(1, 'name');
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw call.wrong(1, 'name', 'the name of an environment variable (letters, digits and _)', name);
  }
  if (name.toUpperCase() === 'PATH') {
    throw call.error('PATH is not set as a whole', { name }, 'Use ctx.prepend_path(dir) for each folder.');
  }
  const value = call.at(2);
  if (typeof value === 'number' || typeof value === 'boolean') {
    effects.env[name] = String(value);
    return;
  }
  const text = call.text(2, 'value');
  if (text.includes('\0')) throw call.wrong(2, 'value', 'a string without a zero byte', text);
  effects.env[name] = text;
}

/** `prepend_path(dir)`: a folder for the front of the project's PATH; the last one called comes first. */
export function prependPath(call: CallArguments, effects: PhaseEffects): void {
  effects.path.unshift(call.path(1, 'dir'));
}
