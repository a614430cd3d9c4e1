import { present, someOf } from "./provider.ts";
import type { Settings } from "./settings.ts";

/** Redis if sessions were stored there; otherwise files, because doorward's cookie does not contain the session. */
export function importStorage(from: Settings): Record<string, unknown> | undefined {
  const type = from.text("session_store_type") ?? "cookie";
  if (type === "cookie") {
    const message =
      "sessions are stored in files under data, next to doorward.yaml, and no longer in cookies: with several replicas, write storage: { driver: redis, url: … } (docs/storage.md)";
    from.note("different", "session_store_type", message);
    return undefined;
  }
  if (type !== "redis") {
    from.problem("session_store_type", `"${type}" is unknown; available: cookie, redis`);
    return undefined;
  }
  if (from.isOn("redis_insecure_skip_tls_verify"))
    from.note(
      "left out",
      "redis_insecure_skip_tls_verify",
      "is not possible, because doorward always checks certificates: for a private CA, set storage.tls.ca to its certificate file",
    );
  const ca = from.text("redis_ca_path");
  const { isTls, ...where } = whereIs(from);
  return present({
    driver: "redis",
    ...where,
    username: from.text("redis_username"),
    password: from.text("redis_password"),
    sentinelPassword: from.text("redis_sentinel_password"),
    tls: isTls || ca !== undefined ? present({ ca }) : undefined,
  });
}

function whereIs(from: Settings): Record<string, unknown> & { isTls?: boolean } {
  if (from.isOn("redis_use_sentinel")) {
    const { addresses, isTls } = nodes(from, "redis_sentinel_connection_urls", "26379");
    return { sentinels: addresses, name: from.text("redis_sentinel_master_name"), isTls };
  }
  if (from.isOn("redis_use_cluster")) {
    const { addresses, isTls } = nodes(from, "redis_cluster_connection_urls", "6379");
    return { cluster: addresses, isTls };
  }
  const written = from.text("redis_connection_url");
  const url = URL.parse(written ?? "");
  if (url === null) return { url: written };
  if (url.pathname.length > 1 || url.search !== "") {
    from.note(
      "different",
      "redis_connection_url",
      "the database number and query parameters are dropped: to share a Redis, set storage.base, a prefix for all keys",
    );
    url.pathname = "";
    url.search = "";
  }
  // redis_password and redis_username override those in the URL.
  if (from.text("redis_password") !== undefined) url.password = "";
  if (from.text("redis_username") !== undefined) url.username = "";
  return { url: url.href };
}

function nodes(from: Settings, option: string, usualPort: string) {
  const urls = from.list(option).map((written) => URL.parse(written) ?? written);
  const addresses = urls.map((url) =>
    typeof url === "string" ? url : `${url.hostname}:${url.port || usualPort}`,
  );
  const isTls = urls.some((url) => typeof url !== "string" && url.protocol === "rediss:");
  return { addresses: someOf(addresses), isTls };
}
