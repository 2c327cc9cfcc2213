import type { PackageStatus } from '../events/index.js';
import { formatDuration } from '../support/human-units.js';

const ORDER: readonly PackageStatus[] = ['installed', 'cached', 'user-managed', 'programmatic', 'failed', 'skipped'];

/** Counts how packages ended: `3 packages: 1 installed, 2 cached in 1.2 s`. */
export class Summary {
  readonly #counts = new Map<PackageStatus, number>();

  add(status: PackageStatus): void {
    this.#counts.set(status, this.count(status) + 1);
  }

  count(status: PackageStatus): number {
    return this.#counts.get(status) ?? 0;
  }

  get total(): number {
    return ORDER.reduce((sum, status) => sum + this.count(status), 0);
  }

  line(durationMs: number): string {
    const packages = this.total === 1 ? '1 package' : `${this.total} packages`;
    const counts = ORDER.filter((status) => this.count(status) > 0).map((status) => `${this.count(status)} ${status}`);
    const what = counts.length === 0 ? packages : `${packages}: ${counts.join(', ')}`;
    return `${what} in ${formatDuration(durationMs)}`;
  }
}
