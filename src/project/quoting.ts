/**
 * A word that a POSIX shell, bash or zsh reads as exactly `text`. Between single quotes nothing is special but the
 * single quote itself. Source: POSIX Shell Command Language, 2.2 Quoting.
 */
export function quotePosix(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A word of fish: between single quotes only `\` and `'` are special. Source: fish manual, Quotes. */
export function quoteFish(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}

/**
 * A verbatim string of PowerShell. It takes the typographic quotes for single quotes as well.
 * Source: PowerShell language specification, 2.3.5.2.
 */
export function quotePowershell(text: string): string {
  return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;
}

/**
 * A value of a dotenv file. There is no standard: single quotes mean the same to every reader, so they are used
 * whenever the value allows; else double quotes with the escapes that shells and most readers know.
 */
export function quoteDotenv(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  return `"${text.replace(/[\\"$`]/g, String.raw`\$&`)}"`;
}
