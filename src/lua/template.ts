import { FettleError } from '../errors/index.js';
import type { LuaTable, LuaValue } from './values.js';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Fills in `{{ name }}`. Single braces are literal.
 * @throws FettleError E_CTX_ARGUMENT for a missing value, an empty or odd name, braces without a partner
 */
export function fillTemplate(template: string, values: LuaTable): string {
  let filled = '';
  let rest = template;
  for (let open = rest.indexOf('{{'); open >= 0; open = rest.indexOf('{{')) {
    const close = rest.indexOf('}}', open + 2);
    if (close < 0) throw problem('"{{" without "}}"', template, open + template.length - rest.length);
    filled += literal(rest.slice(0, open), template) + valueOf(rest.slice(open + 2, close).trim(), values);
    rest = rest.slice(close + 2);
  }
  return filled + literal(rest, template);
}

function literal(text: string, template: string): string {
  if (text.includes('}}')) throw problem('"}}" without "{{"', template, template.indexOf(text) + text.indexOf('}}'));
  return text;
}

function valueOf(name: string, values: LuaTable): string {
  if (!NAME.test(name)) {
    throw new FettleError('E_CTX_ARGUMENT', `fettle.template: "${name}" is not a name.`, {
      hint: 'Between {{ and }} stands one name of letters, digits and _.',
    });
  }
  return textOf(name, values.get(name), values);
}

function textOf(name: string, value: LuaValue, values: LuaTable): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const known = [...values.entries.keys()].map(String);
  if (value === undefined) {
    throw new FettleError('E_CTX_ARGUMENT', `fettle.template: there is no value for "${name}".`, {
      facts: { name, known },
    });
  }
  throw new FettleError(
    'E_CTX_ARGUMENT',
    `fettle.template: the value of "${name}" is not a string, number or boolean.`,
  );
}

function problem(what: string, template: string, offset: number): FettleError {
  return new FettleError('E_CTX_ARGUMENT', `fettle.template: ${what}.`, {
    facts: { 'at character': offset + 1, near: template.slice(Math.max(0, offset - 20), offset + 20) },
  });
}
