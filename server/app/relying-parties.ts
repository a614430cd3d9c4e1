import { isDeepStrictEqual } from "node:util";
import { providers } from "../../providers/registry.ts";
import { ConfigError, type Fault } from "../config/faults.ts";
import type { Config } from "../config/schema.ts";
import type { OpenAuthentication } from "../sign-in/client-authentication.ts";
import {
  createRelyingParty,
  type RelyingPartyParts,
  type RelyingParty,
} from "../sign-in/relying-party.ts";

type SharedParts = Omit<RelyingPartyParts, "isAlone" | "authentication"> & {
  readonly openAuthentication: OpenAuthentication;
};

/**
 * The relying party of each provider, by the provider's name. If its settings did not change, it keeps the issuer's
 * cached metadata and keys. Throws a `ConfigError` that lists every unusable credential file.
 */
export function createRelyingParties(
  config: Config,
  { openAuthentication, ...parts }: SharedParts,
  before?: ReadonlyMap<string, RelyingParty>,
): Map<string, RelyingParty> {
  const parties = new Map<string, RelyingParty>();
  const faults: Fault[] = [];
  const isAlone = Object.keys(config.providers).length === 1;
  const wasAlone = before?.size === 1;
  for (const [name, settings] of Object.entries(config.providers)) {
    const earlier = before?.get(name);
    const isUnchanged = isAlone === wasAlone && isDeepStrictEqual(earlier?.settings, settings);
    const provider = providers.get(settings.type ?? name);
    if (earlier !== undefined && isUnchanged) parties.set(name, earlier);
    if (provider === undefined || parties.has(name)) continue;
    try {
      const authentication = openAuthentication(name, provider, settings);
      const own = { ...parts, isAlone, authentication };
      parties.set(name, createRelyingParty(name, provider, settings, own));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(...error.faults);
    }
  }
  if (faults.length > 0) throw new ConfigError("the configuration", faults);
  return parties;
}
