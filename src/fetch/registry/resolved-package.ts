import type { Host } from '../../host/index.js';
import type { ChildRegistry } from '../../process/index.js';
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
  /** The package URL that names this version and nothing else, also tomorrow. */
  readonly purl: string;
  /** Bytes, when the registry tells. */
  readonly size?: number;
  /** When it was published, when the registry tells: ISO 8601. */
  readonly publishedAt?: string;
  /** What was checked besides the digest: a signature of the registry, the tree of a checksum database. */
  readonly proofs?: readonly string[];
  /** Who built it out of what, where a certificate that was verified says so. */
  readonly build?: BuildOrigin;
  readonly warnings: readonly string[];
}

/** A build, as the certificate that a build service got for it says. */
export interface BuildOrigin {
  /** The source repository. */
  readonly repository: string;
  readonly commit?: string;
  /** The workflow file, with the ref it is from. */
  readonly workflow?: string;
  /** The workflow that did the work: the same one, or one that is shared. */
  readonly builder?: string;
  /** The run, where somebody may read its log. */
  readonly run?: string;
}

export interface ResolveOptions {
  readonly signal: AbortSignal;
  /** What the caller demands of the file; it stands in where a registry publishes no digest. */
  readonly expected?: Integrity;
  /** Whose files to choose, as `linux-x86_64`. Default: this machine's. */
  readonly platform?: string;
  /** ISO 8601: ranges stand for the newest version that was published by then. */
  readonly publishedBefore?: string;
  /** Find out what costs more to ask, such as the date of publication. */
  readonly details?: boolean;
  /** Refuse what the registry announces proofs for that cannot be checked now. Default: a warning. */
  readonly isStrict?: boolean;
}

/** What a run shares between all its look-ups. */
export interface RegistryContext {
  readonly host: Host;
  readonly http: RegistryHttp;
  readonly children: ChildRegistry | undefined;
  readonly remembered: Remembered;
  /** Where trust roots are kept between runs. */
  readonly trustFolder: string | undefined;
  /**
   * @param platform as `linux-x86_64`; without one this machine's, which is found out only when a wheel is to be chosen
   * @returns the platform whose wheels fit
   */
  wheelPlatform(platform: string | undefined): WheelPlatform;
}

/** A registry to ask, and the place that told us to. */
export interface RegistryBase {
  /** Ends in a slash, has no credentials. */
  readonly url: string;
  /** A file, an environment variable or `default`: for messages. */
  readonly configuredBy: string;
}
