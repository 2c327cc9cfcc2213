import { setFlagsFromString } from 'node:v8';

/**
 * From now on the heap is collected when it has grown by that share, where V8 would let it become several times as large:
 * for work that leaves little behind and goes on for long. It costs some time, and cannot be taken back.
 */
export function limitHeapGrowth(percent: number): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}
