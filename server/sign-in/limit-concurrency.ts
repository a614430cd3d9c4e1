import { AuthError } from "../errors.ts";

/**
 * Limits the concurrent requests to an issuer that any caller can cause: made-up tokens and started sign-ins arrive
 * faster than an issuer can respond. Above `most`, a request fails as if the issuer were unreachable.
 */
export function limitConcurrency(most: number, issuer: string) {
  let running = 0;
  return async <T>(request: () => Promise<T>): Promise<T> => {
    if (running >= most)
      throw new AuthError(
        "issuer_unreachable",
        `more than ${most} concurrent requests to ${issuer}`,
      );
    running++;
    try {
      return await request();
    } finally {
      running--;
    }
  };
}
