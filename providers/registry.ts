import { adfs } from "./adfs.ts";
import { apple } from "./apple.ts";
import { auth0 } from "./auth0.ts";
import { authelia } from "./authelia.ts";
import { authentik } from "./authentik.ts";
import { azure } from "./azure.ts";
import { bitbucket } from "./bitbucket.ts";
import { cidaas } from "./cidaas.ts";
import { cognito } from "./cognito.ts";
import { dex } from "./dex.ts";
import { digitalocean } from "./digitalocean.ts";
import { discord } from "./discord.ts";
import { entraId } from "./entra-id.ts";
import { facebook } from "./facebook.ts";
import { forgejo } from "./forgejo.ts";
import { gitea } from "./gitea.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { google } from "./google.ts";
import { hydra } from "./hydra.ts";
import { kanidm } from "./kanidm.ts";
import { keycloak } from "./keycloak.ts";
import { linkedin } from "./linkedin.ts";
import { loginGov } from "./login-gov.ts";
import { nextcloud } from "./nextcloud.ts";
import { oidc } from "./oidc.ts";
import { okta } from "./okta.ts";
import { pocketId } from "./pocket-id.ts";
import type { Provider } from "./provider.ts";
import { slack } from "./slack.ts";
import { sourcehut } from "./sourcehut.ts";
import { twitch } from "./twitch.ts";
import { zitadel } from "./zitadel.ts";

const all: readonly Provider[] = [
  adfs,
  apple,
  auth0,
  authelia,
  authentik,
  azure,
  bitbucket,
  cidaas,
  cognito,
  dex,
  digitalocean,
  discord,
  entraId,
  facebook,
  forgejo,
  gitea,
  github,
  gitlab,
  google,
  hydra,
  kanidm,
  keycloak,
  linkedin,
  loginGov,
  nextcloud,
  oidc,
  okta,
  pocketId,
  slack,
  sourcehut,
  twitch,
  zitadel,
];

/** The kind of an issuer that is configured as `oidc`, by its address and those of its endpoints. */
export function kindOfIssuer(addresses: readonly string[]): Provider | undefined {
  return all.find(({ isIssuer }) => isIssuer !== undefined && addresses.some(isIssuer));
}

/** Every kind of provider by its value of `type`. */
export const providers: ReadonlyMap<string, Provider> = new Map(
  all.map((provider) => [provider.kind, provider]),
);
