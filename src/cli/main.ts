import module from 'node:module';

// Node 22 and newer keep compiled code between runs; older ones have no such call.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

const { runCommandLine } = await import('./program.js');
await runCommandLine(process.argv.slice(2));
