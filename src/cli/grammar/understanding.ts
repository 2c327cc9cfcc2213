import { Option } from 'commander';
import { GRAPH_FORMATS } from '../../report/index.js';
import type { GraphOptions } from '../commands/graph.js';
import type { Act, Add } from './grammar.js';

/** The commands that explain. */
export function addUnderstandingCommands(add: Add, act: Act): void {
  add('graph', 'draw the packages of the manifest and what they need', 'fettle graph --format svg -o graph.svg')
    .argument('[name...]', 'only these and what they need; short forms such as "cmake" will do')
    .addOption(new Option('--format <format>', 'default: text').choices(GRAPH_FORMATS))
    .option('-o, --output <file>', 'where to; - is stdout (the default)')
    .option('--json', 'short for --format json')
    .action(
      act(async (invocation, names: string[], options: GraphOptions) =>
        (await import('../commands/graph.js')).graph(invocation, names, options),
      ),
    );
  add('why', 'tell who needs a package, and why it was or will be made', 'fettle why zlib')
    .argument('<name>', 'a package of the manifest, or one that those need; short forms will do')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, name: string, options: { json?: boolean }) =>
        (await import('../commands/why.js')).why(invocation, name, options),
      ),
    );
  add('explain', 'tell what an error code means and what to do', 'fettle explain E_CHECKSUM')
    .argument('[code]', 'as errors show it; none: all')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, code: string | undefined, options: { json?: boolean }) =>
        (await import('../commands/explain.js')).explain(invocation, code, options),
      ),
    );
  add('doctor', 'check all that fettle needs on this machine, and say how to mend it', 'fettle doctor')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('../commands/doctor.js')).doctor(invocation, options),
      ),
    );
  add('report', 'write a page about the last sync or install: timeline, graph, logs', 'fettle report --open')
    .option('-o, --output <file>', 'where to; - is stdout (default: .fettle/report.html)')
    .option('--open', 'open it in the browser')
    .option('--json', 'print the run as one JSON object instead')
    .action(
      act(async (invocation, options: { output?: string; open?: boolean; json?: boolean }) =>
        (await import('../commands/report.js')).report(invocation, options),
      ),
    );
}
