import { tokenIntrospection } from "openid-client";
import type { Claims } from "../../providers/claims.ts";
import { limitConcurrency } from "./limit-concurrency.ts";
import { exchangeError } from "./issuer-error.ts";
import type { RelyingParty } from "./relying-party.ts";

/** The issuer's introspection response for an opaque token; undefined = it has no such endpoint. Throws on failure. */
export type Introspect = (token: string) => Promise<Claims | undefined>;

/** RFC 7662, authenticated as our own client. */
export function createIntrospection({
  issuer,
  discover,
}: Pick<RelyingParty, "issuer" | "discover">): Introspect {
  const bounded = limitConcurrency(50, issuer);
  return (token) =>
    bounded(async () => {
      const configuration = await discover();
      if (configuration.serverMetadata().introspection_endpoint === undefined) return undefined;
      return await tokenIntrospection(configuration, token, { token_type_hint: "access_token" });
    }).catch((error: unknown) => {
      throw exchangeError(error, `token introspection at ${issuer} failed`);
    });
}
