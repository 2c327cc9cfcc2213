/**
 * Has `leave` called before this process is stopped by Ctrl-Z (SIGTSTP), and `comeBack` when it goes on.
 * @returns ends that
 */
export function aroundStops(leave: () => void, comeBack: () => void): () => void {
  const stop = (): void => {
    leave();
    // Without a listener the signal means what it means to everyone: nothing at all, where no shell would have us go on.
    process.off('SIGTSTP', stop);
    // Returns when the process goes on.
    process.kill(process.pid, 'SIGTSTP');
    comeBack();
  };
  process.on('SIGTSTP', stop);
  return () => {
    process.off('SIGTSTP', stop);
  };
}
