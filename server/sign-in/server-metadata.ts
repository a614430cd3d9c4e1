import type { Configuration } from "openid-client";

type KnownMetadata = ReturnType<Configuration["serverMetadata"]>;

const known = new WeakMap<Configuration, KnownMetadata>();

/**
 * The issuer's metadata, copied once for each configuration: openid-client copies the whole document at every call, and a
 * sign-in needs it six times.
 */
export function metadataOf(configuration: Configuration): KnownMetadata {
  const found = known.get(configuration) ?? configuration.serverMetadata();
  known.set(configuration, found);
  return found;
}
