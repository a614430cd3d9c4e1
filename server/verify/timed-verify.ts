import type { Verify } from "../context.ts";
import type { HttpResponse } from "../http/response.ts";
import type { Durations } from "../observe/histogram.ts";

/** Without a look-up an answer takes a few microseconds, of which reading the clock twice would be a tenth. */
const everyNth = 8;

/** Records how long the answers take. Of those without a look-up, each eighth is recorded, as eight of them. */
export function timeVerify(verify: Verify, durations: Durations): Verify {
  let index = 0;
  return (request) => {
    index = (index + 1) % everyNth;
    if (index !== 1) {
      const result = verify(request);
      return result instanceof Promise ? late(result, performance.now()) : result;
    }
    const startedAt = performance.now();
    const result = verify(request);
    if (result instanceof Promise) return late(result, startedAt);
    durations.since(startedAt, everyNth);
    return result;
  };

  /** The look-up takes nearly all of the time, so that the clock may be read when it begins. */
  async function late(result: Promise<HttpResponse>, startedAt: number): Promise<HttpResponse> {
    try {
      return await result;
    } finally {
      durations.since(startedAt);
    }
  }
}
