import type { Claims } from "../../providers/claims.ts";
import type { Provider } from "../../providers/provider.ts";

/** The kind of a signed token; undefined = neither an access token nor an ID token. */
export interface TokenType {
  readonly kind: "access" | "id" | undefined;
  /** Why it is not an access token, for the log. */
  readonly fault: string;
}

/**
 * The kind of a token, so that one kind is not accepted as another: by the header's `typ` (RFC 9068 §2.1; RFC 8725
 * §3.11), and at providers with `tokenTypes` by the payload's `typ` as well.
 */
export function tokenTypeOf(
  header: unknown,
  { typ: payload }: Claims,
  { tokenTypes }: Pick<Provider, "tokenTypes">,
): TokenType {
  const byHeader = kindOf(header);
  if (tokenTypes === undefined || payload === undefined)
    return { kind: byHeader, fault: headerFault(header, byHeader) };
  const byPayload =
    typeof payload === "string" && Object.hasOwn(tokenTypes, payload)
      ? tokenTypes[payload]
      : undefined;
  const agree = byHeader === byPayload || byHeader === "id";
  const [expected = ""] = Object.entries(tokenTypes).find(([, kind]) => kind === "access") ?? [];
  return {
    kind: agree ? byPayload : undefined,
    fault: `payload typ is ${shown(payload)}, header typ is ${shown(header)}, expected ${expected} and JWT or at+jwt${hint(byPayload)}`,
  };
}

function kindOf(typ: unknown): "access" | "id" | undefined {
  if (typ === undefined) return "id";
  if (typeof typ !== "string") return undefined;
  const type = typ.toLowerCase().replace(/^application\//, "");
  if (type === "at+jwt") return "access";
  return type === "jwt" ? "id" : undefined;
}

const keycloakHint =
  '; at Keycloak switch on "Use at+jwt as access token header type" for the client, or use type: keycloak';

function headerFault(typ: unknown, kind: TokenType["kind"]): string {
  const keycloak = kind === "id" ? keycloakHint : "";
  return `header typ is ${shown(typ)}, expected at+jwt (RFC 9068)${keycloak}${hint(kind)}`;
}

function hint(kind: TokenType["kind"]): string {
  return kind === "id" ? "; ID tokens require bearer.idTokens" : "";
}

function shown(typ: unknown): string {
  if (typ === undefined) return "missing";
  return (typeof typ === "string" ? typ : JSON.stringify(typ)).slice(0, 40);
}
