/**
 * Reads for a value that many callers need at once. A call during a read waits for the next one, together with all other
 * calls until then: no caller gets a value that was read before its call. The next read begins when the current one ends,
 * or `longestWaitMs` after its first caller: a read that gets no response holds up no later one.
 */
export function shareReads<T>(read: () => Promise<T>, longestWaitMs: number): () => Promise<T> {
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
    next ??= endOf(running, longestWaitMs).then(start);
    return next;
  };
}

/** Resolves when the read has ended or failed, and after that time at the latest. */
function endOf(reading: Promise<unknown>, longestWaitMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, longestWaitMs);
  const end = () => {
    clearTimeout(timer);
    resolve();
  };
  reading.then(end, end);
  return promise;
}
