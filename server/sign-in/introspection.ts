import { tokenIntrospection } from "openid-client";
import type { Claims } from "../../providers/provider.ts";
import { AuthError } from "../errors.ts";
import { exchangeError } from "./issuer-error.ts";
import type { RelyingParty } from "./relying-party.ts";

/** Strangers can make up tokens faster than an issuer can answer. */
const mostAtOnce = 50;

/**
 * What an issuer says of a token that only it can read; undefined = it takes no such questions. Throws
 * when it cannot be asked.
 */
export type Introspect = (token: string) => Promise<Claims | undefined>;

/** RFC 7662, with our own client's credentials. */
export function createIntrospection({
  issuer,
  discover,
}: Pick<RelyingParty, "issuer" | "discover">): Introspect {
  let asking = 0;
  return async (token) => {
    if (asking >= mostAtOnce)
      throw new AuthError("issuer_unreachable", `${issuer} is asked about too many tokens at once`);
    asking++;
    try {
      const configuration = await discover();
      if (configuration.serverMetadata().introspection_endpoint === undefined) return undefined;
      return await tokenIntrospection(configuration, token, { token_type_hint: "access_token" });
    } catch (error) {
      throw exchangeError(error, `${issuer} could not be asked about a token`);
    } finally {
      asking--;
    }
  };
}
