/**
 * Loads once, at the first call, so that a start does not load it. A failure is reported to that call and to those that
 * wait with it; the next call loads again, because a process may be out of file descriptors for a moment only.
 */
export function loadOnce<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}

/** A function that is loaded by its first call. */
export function onFirstCall<Arguments extends unknown[], Result>(
  load: () => Promise<(...given: Arguments) => Result | Promise<Result>>,
): (...given: Arguments) => Promise<Result> {
  const loaded = loadOnce(load);
  return async (...given) => {
    const call = await loaded();
    return call(...given);
  };
}
