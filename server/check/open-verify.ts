import type { Config } from "../config/schema.ts";
import { createSites } from "../config/sites.ts";
import { authErrorCodes, signInRequired } from "../errors.ts";
import { isLoopbackHost } from "../http/loopback.ts";
import { reasonsOf } from "../observe/log.ts";
import { requestIdHeader } from "../observe/request-id.ts";
import { credentialReasons } from "../observe/request-reasons.ts";
import { ok, unknown, warning, type Finding } from "./finding.ts";

const patienceMs = 4_000;
/** doorward's own refusals are shorter. */
const mostCharacters = 1_000;

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Whether the public address passes `/verify` on to doorward. A visitor there could describe a request of their own,
 * and learn what another visitor's session or a rule decides.
 */
export function openVerify(config: Config, fetch: Fetch = globalThis.fetch): Promise<Finding[]> {
  const addresses = createSites(config)
    // A site with the host of each request has as many addresses as hosts; a loopback address has no other visitors.
    .filter(({ hosts, first }) => hosts === undefined && !isLoopbackHost(first.url.hostname))
    .map(({ first }) => first.address("verify"));
  return Promise.all([...new Set(addresses)].map((address) => tryAddress(address, fetch)));
}

async function tryAddress(address: string, fetch: Fetch): Promise<Finding> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    // Never another address than the one that the configuration names.
    const response = await fetch(address, { redirect: "manual", signal });
    const text = await response.text();
    const { status } = response;
    if (status === 404) return ok(`${address} is not open to visitors: it answers with 404`);
    if (!isOfDoorward(response, text))
      return unknown(
        `not known whether ${address} is open to visitors: it answers with ${status}, and not as doorward does; let the proxy answer it with 404`,
      );
    return warning(
      `${address} is open to visitors: it answers as doorward does, with ${status}, so the proxy passes it on; let the proxy answer it with 404, as the files of \`doorward config\` do`,
    );
  } catch (error) {
    return unknown(`not known whether ${address} is open to visitors: ${reasonsOf(error)}`);
  }
}

/** Which of them a visitor gets depends on what the proxy adds to the request. */
const errorCodes: ReadonlySet<string> = new Set([
  "malformed_request",
  "identity_header",
  "untrusted_peer",
  "unknown_host",
  "forbidden",
  "insufficient_user_authentication",
  signInRequired,
  ...Object.keys(credentialReasons),
  ...authErrorCodes,
]);

/** Each answer of doorward has `no-store`; a refusal also has a code, or an id if its proxy shows no body. */
function isOfDoorward({ headers }: Response, text: string): boolean {
  if (headers.get("cache-control") !== "no-store") return false;
  return headers.has(requestIdHeader) || errorCodes.has(errorIn(text) ?? "");
}

function errorIn(text: string): string | undefined {
  return text.length > mostCharacters ? undefined : /^\{"error":"(\w+)"/.exec(text)?.[1];
}
