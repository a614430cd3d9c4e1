import manifest from "../../package.json" with { type: "json" };
import type { App } from "../app/app.ts";

/** Sets the metrics that show a state: what the store, the issuers and the caches are like at this scrape. */
export async function observeApp(
  app: Pick<App, "store" | "counts" | "parties" | "cachedSessions">,
): Promise<void> {
  const { store, counts, parties } = app;
  counts.build.set(1, manifest.version, process.versions.node);
  counts.cacheEntries.set(app.cachedSessions());
  counts.channelUp.set(store.hearsAnnouncements);
  counts.channelLag.set(store.announcementLagMs / 1000);
  const issuers = [...parties.values()].map(async ({ name, health }) =>
    counts.issuerUp.set(!(await health.isDown()), name),
  );
  const isUp = store.get("ready:probe").then(
    () => true,
    () => false,
  );
  counts.storeUp.set(await isUp);
  await Promise.all(issuers);
}
