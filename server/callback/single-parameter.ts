import { AuthError } from "../errors.ts";

/** RFC 6749 §3.1: a parameter must not be repeated. */
export function singleParameter(query: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = query.getAll(name);
  if (more.length > 0)
    throw new AuthError("callback_malformed", `the parameter ${name} is repeated`);
  return value;
}
