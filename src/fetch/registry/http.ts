/** What a registry said. Every status is an answer; only a registry that cannot be reached is an error. */
export interface RegistryAnswer {
  readonly status: number;
  /** Where the answer came from after redirects: relative links are relative to this. */
  readonly url: string;
  /** Header names are lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RegistryRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** How the body becomes text: `latin1` keeps every byte. Default `utf8`. */
  readonly encoding?: 'utf8' | 'latin1';
  /** A longer answer is refused. Default: none is. */
  readonly maxBytes?: number;
  /** How often to ask at most, for what one can do without. Default: as configured. */
  readonly tries?: number;
}

/**
 * How registries are asked. The one who provides it follows redirects (dropping `authorization` when a redirect leaves
 * the origin) and throws FettleError E_FETCH, or E_OFFLINE, when there is no answer at all, and E_REGISTRY when it is too
 * long.
 */
export interface RegistryHttp {
  get(url: string, request: RegistryRequest): Promise<RegistryAnswer>;
}
