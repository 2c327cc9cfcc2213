import type { EventBus } from '../events/index.js';
import { limitHeapGrowth } from '../host/index.js';

/** Fewer packages are done before V8 has collected much. */
const MANY_PACKAGES = 1000;
/** What many packages leave behind is a tenth of what they pass through. */
const GROWTH_PERCENT = 50;

/** Has the heap collected early in a run of many packages: else most of it is what nobody needs any more. */
export function spareMemory(events: EventBus, limitGrowth = limitHeapGrowth): void {
  let packages = 0;
  const unsubscribe = events.subscribe(({ kind }) => {
    if (kind === 'package:start') packages += 1;
    if (packages < MANY_PACKAGES) return;
    unsubscribe();
    limitGrowth(GROWTH_PERCENT);
  });
}
