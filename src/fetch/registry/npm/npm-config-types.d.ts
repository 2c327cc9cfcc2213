// @npmcli/config ships no types: these are the parts of it that are used here.
declare module '@npmcli/config' {
  class Config {
    constructor(options: {
      definitions: Readonly<Record<string, unknown>>;
      shorthands: Readonly<Record<string, unknown>>;
      flatten: (from: object, to: object) => object;
      nerfDarts: readonly string[];
      npmPath: string;
      env: Record<string, string>;
      argv: readonly string[];
      platform: string;
      cwd: string;
      warn: boolean;
    });
    readonly defaults: Readonly<Record<string, unknown>>;
    readonly data: ReadonlyMap<string, { readonly source: string | null }>;
    load(): Promise<void>;
    get(key: string): unknown;
    find(key: string): string | null;
  }
  export = Config;
}

declare module '@npmcli/config/lib/definitions/index.js' {
  const definitions: {
    readonly definitions: Readonly<Record<string, unknown>>;
    readonly shorthands: Readonly<Record<string, unknown>>;
    readonly flatten: (from: object, to: object) => object;
    readonly nerfDarts: readonly string[];
  };
  export = definitions;
}
