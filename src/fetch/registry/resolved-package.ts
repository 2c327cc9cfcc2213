import type { Host } from '../../host/index.js';
import type { Integrity } from '../integrity.js';
import type { RegistryHttp } from './http.js';
import type { Remembered } from './remembered.js';
import type { WheelPlatform } from './pypi/wheel-platform.js';

/** The one file that a package URL stands for, here and now. */
export interface ResolvedPackage {
  /** Where the file is, without credentials: http(s), or file:// when cargo is configured with a local registry. */
  readonly url: string;
  /** One path segment. */
  readonly fileName: string;
  /** What the registry publishes; the caller's own when the registry publishes none. */
  readonly integrity: Integrity;
  /** To send when the file is asked for; they may hold credentials and belong to the origin of `url` only. */
  readonly headers: Readonly<Record<string, string>>;
  /** The version as the registry writes it. */
  readonly version: string;
  readonly warnings: readonly string[];
}

export interface ResolveOptions {
  readonly signal: AbortSignal;
  /** What the caller demands of the file; it stands in where a registry publishes no digest. */
  readonly expected?: Integrity;
}

/** What a run shares between all its look-ups. */
export interface RegistryContext {
  readonly host: Host;
  readonly http: RegistryHttp;
  readonly remembered: Remembered;
  /** @returns the platform whose wheels fit, found out only when a wheel is to be chosen */
  wheelPlatform(): WheelPlatform;
}

/** A registry to ask, and the place that told us to. */
export interface RegistryBase {
  /** Ends in a slash, has no credentials. */
  readonly url: string;
  /** A file, an environment variable or `default`: for messages. */
  readonly configuredBy: string;
}
