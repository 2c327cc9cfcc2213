/** The value of an option: nested tables of booleans, numbers, strings, arrays. Frozen. */
export type OptionValue =
  | boolean
  | number
  | string
  | readonly OptionValue[]
  | { readonly [key: string]: OptionValue };

export type Options = Readonly<Record<string, OptionValue>>;
