// Exact, so that two runs compare. The newest ones of the day they were written down.

const MACHINE = `${process.platform}-${process.arch}`;
/** bun calls the other processor by its other name. */
const BUN_MACHINE = MACHINE.replace('arm64', 'aarch64');

/** Programs that are packages of npm: nothing runs when they are installed. */
export const NPM_PEERS = {
  mise: { package: `@jdxcode/mise-${MACHINE}`, version: '2026.9.15', program: 'bin/mise' },
  pnpm: { package: `@pnpm/exe.${MACHINE}`, version: '12.21.0', program: 'pnpm' },
  bun: { package: `@oven/bun-${BUN_MACHINE}`, version: '1.4.5', program: 'bin/bun' },
};

/** Programs that are Python packages. */
export const PYTHON_PEERS = { conan: '2.34.0', ninja: '1.13.2' };
