import { github } from "./github.ts";
import { google } from "./google.ts";
import { oidc } from "./oidc.ts";
import type { Provider } from "./provider.ts";

/** Every kind of provider by the word that `type` takes. */
export const providers: ReadonlyMap<string, Provider> = new Map(
  [github, google, oidc].map((provider) => [provider.kind, provider]),
);
