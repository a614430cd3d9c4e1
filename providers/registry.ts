import { apple } from "./apple.ts";
import { auth0 } from "./auth0.ts";
import { authelia } from "./authelia.ts";
import { authentik } from "./authentik.ts";
import { cognito } from "./cognito.ts";
import { dex } from "./dex.ts";
import { forgejo } from "./forgejo.ts";
import { gitea } from "./gitea.ts";
import { github } from "./github.ts";
import { google } from "./google.ts";
import { hydra } from "./hydra.ts";
import { kanidm } from "./kanidm.ts";
import { linkedin } from "./linkedin.ts";
import { loginGov } from "./login-gov.ts";
import { oidc } from "./oidc.ts";
import { okta } from "./okta.ts";
import { pocketId } from "./pocket-id.ts";
import type { Provider } from "./provider.ts";
import { slack } from "./slack.ts";
import { twitch } from "./twitch.ts";
import { zitadel } from "./zitadel.ts";

const all: readonly Provider[] = [
  apple,
  auth0,
  authelia,
  authentik,
  cognito,
  dex,
  forgejo,
  gitea,
  github,
  google,
  hydra,
  kanidm,
  linkedin,
  loginGov,
  oidc,
  okta,
  pocketId,
  slack,
  twitch,
  zitadel,
];

/** Every kind of provider by the word that `type` takes. */
export const providers: ReadonlyMap<string, Provider> = new Map(
  all.map((provider) => [provider.kind, provider]),
);
