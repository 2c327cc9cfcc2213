import type { EventBus } from '../events/index.js';
import { RunRecord } from '../project/index.js';
import { chromeTrace, jsonLinesReporter, openTelemetry, recordLine, wantsTelemetry } from '../report/index.js';
import { EventFile } from './event-file.js';
import type { Invocation } from './invocation.js';
import { reporterFor } from './reporter.js';
import { sayLog } from './say.js';

export interface ObservationOptions {
  /** Default: true. */
  readonly summarizeIdleRuns?: boolean;
  /** False where no packages are at work. Default: true. */
  readonly hasLiveView?: boolean;
  /** The project that keeps a record of this run, for `fettle report`. */
  readonly recordIn?: string;
}

/** All that listens to the events of one command: reporter, files, record, telemetry. */
export interface Observation extends AsyncDisposable {
  /** The process ends in this moment: completes what can be completed without waiting. */
  endNow(): void;
}

/**
 * Attaches everything that this call wants to know of what happens.
 * @throws FettleError E_USAGE for a file that cannot be written
 */
export function observe(invocation: Invocation, bus: EventBus, options: ObservationOptions = {}): Observation {
  const closers = [...filesFor(invocation, bus), ...recordFor(invocation, bus, options)];
  const { summarizeIdleRuns = true, hasLiveView = true } = options;
  const atEnd = (act: Close): number => closers.push(act);
  bus.subscribe(reporterFor(invocation, { summarizeIdleRuns, hasLiveView, atEnd }));
  const telemetry = wantsTelemetry(invocation.host.env)
    ? openTelemetry(invocation.version, invocation.host.env)
    : undefined;
  if (telemetry) bus.subscribe(telemetry.take);
  const endNow = (): void => {
    process.off('exit', endNow);
    for (const close of closers.splice(0)) close();
  };
  // Also a bug that nothing catches must leave whole files, and the terminal as it was.
  process.once('exit', endNow);
  return {
    endNow,
    [Symbol.asyncDispose]: async () => {
      endNow();
      const problem = await telemetry?.close();
      if (problem !== undefined) sayLog(invocation, 'warn', `telemetry was not delivered: ${problem}`);
    },
  };
}

type Close = () => void;

function filesFor(invocation: Invocation, bus: EventBus): readonly Close[] {
  return [...traceFor(invocation, bus), ...eventsFor(invocation, bus)];
}

function traceFor(invocation: Invocation, bus: EventBus): readonly Close[] {
  const { trace } = invocation.globals;
  if (trace === undefined) return [];
  const file = new EventFile(invocation, trace, 'the trace file');
  const written = chromeTrace((text) => {
    file.write(text);
  });
  bus.subscribe(written.take);
  return [
    () => {
      written.close();
      file[Symbol.dispose]();
    },
  ];
}

function eventsFor(invocation: Invocation, bus: EventBus): readonly Close[] {
  const { events } = invocation.globals;
  if (events === undefined) return [];
  const file = new EventFile(invocation, events, 'the file of the events');
  bus.subscribe(
    jsonLinesReporter((text) => {
      file.write(text);
    }),
  );
  return [
    () => {
      file[Symbol.dispose]();
    },
  ];
}

function recordFor({ host }: Invocation, bus: EventBus, { recordIn }: ObservationOptions): readonly Close[] {
  if (recordIn === undefined) return [];
  const record = new RunRecord(recordIn, { now: host.now(), pid: host.pid });
  bus.subscribe((event) => {
    const line = recordLine(event);
    if (line) record.add(line.text, line.isVital);
    // What comes now may take long, and the process may be killed meanwhile.
    if (event.kind === 'process:start' || event.kind === 'lock:wait') record.flush();
  });
  return [
    () => {
      record[Symbol.dispose]();
    },
  ];
}
