import type { Api } from "../../providers/api.ts";
import type { Provider } from "../../providers/provider.ts";
import { ConfigError } from "../config/faults.ts";
import type { ProviderConfig } from "../config/schema.ts";
import { reasonsOf } from "../observe/log.ts";
import type { IssuerFetch } from "./issuer-fetch.ts";
import { createApi } from "./provider-api.ts";
import { onFirstCall } from "../memory/on-first-call.ts";
import type { ServiceAccount } from "./service-account.ts";

/** The directory that a provider is configured with. */
export interface Directory {
  /** The directory's API for reading one person. */
  open(): Api;
  /** Throws a `ConfigError` when the key file cannot be used. */
  checkKey(): Promise<void>;
  /** Throws an `ApiError` when the service account has no access to the directory. */
  checkGrant(): Promise<void>;
}

export function createDirectory(
  name: string,
  { directoryScopes, apiHeaders }: Provider,
  { directory, endpoints }: Pick<ProviderConfig, "directory" | "endpoints">,
  base: string | undefined,
  parts: { readonly fetch: IssuerFetch; readonly now: () => number },
): Directory | undefined {
  if (directory === undefined || base === undefined || directoryScopes === undefined)
    return undefined;
  const { serviceAccountFile: file, admin, groups } = directory;
  const account: ServiceAccount = {
    file,
    admin,
    scopes: directoryScopes(groups !== undefined),
    tokenEndpoint: endpoints.token,
    ...parts,
  };
  const token = onFirstCall(async () => {
    const { createServiceAccount } = await import("./service-account.ts");
    return createServiceAccount(account);
  });
  const open = async () =>
    createApi({ base, accessToken: await token(), headers: apiHeaders, fetch: parts.fetch });
  return {
    open() {
      let api: Promise<Api> | undefined;
      return async (...question) => {
        api ??= open();
        return (await api)(...question);
      };
    },
    async checkKey() {
      const { readKey } = await import("./service-account.ts");
      await readKey(account).catch((error: unknown) => {
        const path = `providers.${name}.directory.serviceAccountFile`;
        throw new ConfigError(file, [{ path, message: reasonsOf(error) }]);
      });
    },
    async checkGrant() {
      await token();
    },
  };
}
