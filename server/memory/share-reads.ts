/**
 * Reads one at a time, for a value that many callers need at once. A call during a read waits for the next one, together
 * with all other calls until then: no caller gets a value that was read before its call.
 */
export function shareReads<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;

  const start = (): Promise<T> => {
    next = undefined;
    const started = read();
    running = started;
    const end = () => {
      if (running === started) running = undefined;
    };
    started.then(end, end);
    return started;
  };

  return () => {
    if (running === undefined) return start();
    next ??= running.then(start, start);
    return next;
  };
}
