import type { RedisServer } from "../../test/peers/redis.ts";
import type { PreparedGatekeeper } from "./gatekeeper.ts";
import { copiesInCookies, copiesInRedis } from "./oauth2-proxy-sessions.ts";
import { prepareOAuth2Proxy } from "./oauth2-proxy.ts";
import type { PeerName } from "./programs.ts";
import type { Session } from "./sign-in.ts";
import { signedCookies } from "./traefik-forward-auth-sessions.ts";
import { prepareTraefikForwardAuth } from "./traefik-forward-auth.ts";
import type { Shapes } from "./verify-load.ts";

/** What a variant is prepared with. */
interface Surroundings {
  readonly program: string;
  readonly issuer: string;
  readonly redis: RedisServer;
}

/** A way to run one of the programs. */
export interface Variant {
  /** Part of the keys of its figures. */
  readonly id: string;
  readonly title: string;
  readonly peer: PeerName;
  /** Its sessions are in Redis; if not, in cookies. */
  readonly usesRedis: boolean;
  readonly shapes: Shapes;
  prepare(surroundings: Surroundings): Promise<PreparedGatekeeper>;
  /** Makes different sessions that it accepts, from one that it opened. */
  copies(session: Session, count: number, redis: RedisServer): Promise<Session[]>;
}

const oauth2ProxyCookie: Variant = {
  id: "OAuth2ProxyCookie",
  title: "oauth2-proxy, cookie",
  peer: "oauth2-proxy",
  usesRedis: false,
  shapes: "both",
  prepare: ({ program, issuer }) => prepareOAuth2Proxy({ program, issuer }),
  copies: async (session, count) => copiesInCookies(session, count),
};

const oauth2ProxyRedis: Variant = {
  id: "OAuth2ProxyRedis",
  title: "oauth2-proxy, Redis",
  peer: "oauth2-proxy",
  usesRedis: true,
  shapes: "both",
  prepare: ({ program, issuer, redis }) =>
    prepareOAuth2Proxy({ program, issuer, redisUrl: redis.url }),
  copies: copiesInRedis,
};

const traefikForwardAuth: Variant = {
  id: "TraefikForwardAuth",
  title: "traefik-forward-auth, cookie",
  peer: "traefik-forward-auth",
  usesRedis: false,
  // It knows the headers of Traefik only.
  shapes: "traefik",
  prepare: prepareTraefikForwardAuth,
  copies: async (_, count) => signedCookies(count),
};

export const variants: readonly Variant[] = [
  oauth2ProxyCookie,
  oauth2ProxyRedis,
  traefikForwardAuth,
];
