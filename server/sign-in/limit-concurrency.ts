import { AuthError } from "../errors.ts";

/**
 * Bounds the questions to an issuer that strangers can cause: they make up tokens and sign-ins faster than it
 * can answer. Beyond `most` at once, one fails as if the issuer were not to be reached.
 */
export function limitConcurrency(most: number, issuer: string) {
  let asking = 0;
  return async <T>(ask: () => Promise<T>): Promise<T> => {
    if (asking >= most)
      throw new AuthError("issuer_unreachable", `${issuer} is asked too much at once`);
    asking++;
    try {
      return await ask();
    } finally {
      asking--;
    }
  };
}
