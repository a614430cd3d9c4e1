import type { Claims } from "../../providers/claims.ts";
import { AuthError } from "../errors.ts";
import { asymmetricAlgorithms } from "../policy/bearer-schema.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import type { VerifyIssued } from "./issuer-keys.ts";
import { toleranceSeconds } from "./verify-jwt.ts";

/** Who signs an issuer's responses, and for which client. */
export interface Signer {
  readonly issuers: readonly string[];
  readonly clientId: string;
  readonly verifyIssued: VerifyIssued;
}

/**
 * `fetch` that replaces signed userinfo (OpenID Connect Core §5.3.2) with its claims, after checking it with the
 * issuer's keys. openid-client accepts it only if the metadata announces its algorithm, and has other keys in its
 * cache.
 */
export function withSignedUserinfo(fetch: IssuerFetch, signer: Signer): IssuerFetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
    // RFC 9701 §4: only a client that asks for it gets a signed introspection response.
    if (type === "application/token-introspection+jwt")
      throw new AuthError(
        "issuer_broken",
        `${url} returned ${type}, which doorward did not ask for`,
      );
    if (response.status !== 200 || type !== "application/jwt") return response;
    const claims = await verified(signer, await response.text()).catch((cause: unknown) => {
      if (cause instanceof AuthError) throw cause;
      throw new AuthError("response_rejected", `the signed response of ${url} is invalid`, {
        cause,
      });
    });
    return Response.json(claims);
  };
}

/** Core §5.3.2 requires `iss` and `aud`; some issuers leave them out. */
async function verified(
  { issuers, clientId, verifyIssued }: Signer,
  token: string,
): Promise<Claims> {
  const { payload } = await verifyIssued(token, {
    algorithms: [...asymmetricAlgorithms],
    clockTolerance: toleranceSeconds,
  });
  const { iss, aud } = payload;
  if (iss !== undefined && !issuers.includes(iss)) throw new Error("its iss is another issuer");
  if (aud !== undefined && ![aud].flat().includes(clientId))
    throw new Error("its aud does not contain doorward's client id");
  return payload;
}
