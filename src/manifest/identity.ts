/** `namespace.name@version`, parsed. `text` is the identity as written. */
export interface Identity {
  readonly text: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
}
