const contained: Readonly<Record<string, () => Promise<unknown>>> = {
  http: () => import("unstorage/drivers/http"),
  "cloudflare-kv-http": () => import("unstorage/drivers/cloudflare-kv-http"),
};

/** Stands in for server/store/import-driver.ts in the executable: other drivers need packages that it has no place for. */
export async function importDriver(name: string): Promise<unknown> {
  const load = contained[name];
  if (load !== undefined) return load();
  throw new Error(
    `storage.driver: "${name}" is not in the single executable: use redis, fs, http or cloudflare-kv-http, or run doorward from its npm package`,
  );
}
