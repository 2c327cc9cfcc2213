/**
 * A command to GitHub's runner, with its newline. `%` and line ends, and in properties also `:` and `,`, are written as
 * %XX. Source: the toolkit's `command.ts`.
 */
export function workflowCommand(
  name: 'error' | 'warning' | 'group' | 'endgroup',
  properties: Readonly<Record<string, string>>,
  text: string,
): string {
  const listed = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  const head = listed.length === 0 ? name : `${name} ${listed.join(',')}`;
  return `::${head}::${escapeText(text)}\n`;
}

/**
 * Text with words of others in it. The runner obeys `::name::` at the start of a line and `##[name]` anywhere in one,
 * so it is told not to, until it reads the token again. What begins must end within one write: a process that is killed
 * in between would leave the rest of the step mute.
 */
export function asForeign(text: string, token: string): string {
  if (!mayCommand(text)) return text;
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  return `${stopCommands(token)}${whole}${resumeCommands(token)}`;
}

/** From here on the runner obeys nothing but the token. */
export function stopCommands(token: string): string {
  return `::stop-commands::${token}\n`;
}

export function resumeCommands(token: string): string {
  return `::${token}::\n`;
}

function mayCommand(text: string): boolean {
  return text.includes('::') || text.includes('##[');
}

function escapeText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(value: string): string {
  return escapeText(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
