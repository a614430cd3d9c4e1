/**
 * A function whose module is loaded by its first call, so that a start does not load it. A failure to load is reported to
 * that call, and the next one loads again.
 */
export function onFirstCall<Arguments extends unknown[], Result>(
  load: () => Promise<(...given: Arguments) => Result | Promise<Result>>,
): (...given: Arguments) => Promise<Result> {
  let loading: ReturnType<typeof load> | undefined;
  return async (...given) => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    const loaded = await loading;
    return loaded(...given);
  };
}
