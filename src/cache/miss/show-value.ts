const LONGEST_VALUE = 60;
const COMMIT = /^[0-9a-f]{40,64}$/;
const SECRET = /token|secret|passw|credential|private|api_?key|auth/i;

/** A value as Lua authors know it: texts in quotes, so that `1` differs from `"1"`. */
export function showValue(value: unknown): string {
  return value == null ? 'unset' : shorten(JSON.stringify(value));
}

/** A value that can only be a text, or a number: without quotes, commits by their first twelve digits. */
export function showText(value: unknown): string {
  if (value == null) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return shorten(COMMIT.test(text) ? text.slice(0, 12) : text);
}

/** Whether a variable of this name may hold what must not be shown. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name);
}

function shorten(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}
