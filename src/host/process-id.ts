/** This process's number, for code that is given no host. */
export function processId(): number {
  return process.pid;
}
