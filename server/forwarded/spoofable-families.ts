/**
 * The beginnings of header names by which an app can be told who the visitor is. An app that trusts one header of a
 * family often reads others too: Grafana reads `X-WebAuth-Role` beside `X-WebAuth-User`. So no header of a family
 * may come from a visitor.
 *
 * Not in this list: signed assertions (`Cf-Access-Jwt-Assertion`, `X-Goog-Iap-Jwt-Assertion`), because an app verifies
 * them; and names that clients send as credentials or for themselves (`X-Auth-Token` of OpenStack, `X-User-Id` of
 * Rocket.Chat, `X-User-Agent` of gRPC-Web). An app that trusts such a name from its proxy needs it in `headers`.
 */
export const identityFamilies = [
  "X-Auth-Request-", // oauth2-proxy
  "X-Forwarded-User", // oauth2-proxy and traefik-forward-auth
  "X-Forwarded-Email",
  "X-Forwarded-Group",
  "X-Forwarded-Role",
  "X-Forwarded-Preferred-Username",
  "X-Forwarded-Access-Token",
  "Remote-", // Authelia, and REMOTE_USER of CGI
  "X-Remote-", // the Kubernetes API's authenticating proxy
  "X-WebAuth-", // Grafana, Gitea
  "X-Authentik-",
  "X-Vouch-",
  "X-Pomerium-Claim-",
  "X-Auth-User", // Keycloak's gatekeeper
  "X-Auth-Subject",
  "X-Auth-Email",
  "X-Auth-Group",
  "X-Auth-Role",
  "X-Token-User-", // AuthCrunch for Caddy
  "X-Token-Subject",
  "Cf-Access-Authenticated-User-", // Cloudflare Access
  "X-Goog-Authenticated-User-", // Google's Identity-Aware Proxy
  "X-Amzn-Oidc-Identity", // Amazon's load balancer
  "X-Ms-Client-Principal", // Azure App Service
  "Tailscale-User-",
  "Client-Cert", // RFC 9440
  "Ssl-Client-", // ingress-nginx
  "X-Ssl-Client-",
  "X-Forwarded-Client-Cert", // Envoy
  "X-Forwarded-Tls-Client-Cert", // Traefik
] as const;

/**
 * The beginnings of header names with which a visitor could describe another request: IIS, Symfony and others take the
 * path from `X-Original-URL` or `X-Rewrite-URL`.
 */
export const rewriteFamilies = ["X-Original-", "X-Rewrite-"] as const;

/** Names of these families, in lower case, that auth requests have without a visitor who sends them. */
export const sentByProxies = [
  "x-original-uri", // nginx; doorward itself reads the other two
  // a service mesh, which describes the proxy as doorward's client
  "x-forwarded-client-cert",
  // ingress-nginx
  "x-auth-request-redirect",
  "ssl-client-cert",
  "ssl-client-verify",
  "ssl-client-subject-dn",
  "ssl-client-issuer-dn",
] as const;
