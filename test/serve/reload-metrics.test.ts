import { afterEach, expect, it } from "vitest";
import { freePort } from "../peers/free-port.ts";
import { countsIn, parseScrape } from "../peers/metrics.ts";
import { replaceFile } from "../peers/process.ts";
import { rejected, startSignedInProcess, type SignedInProcess } from "./signed-in-process.ts";

let ada: SignedInProcess;
afterEach(() => ada.close());

it("counts go on across a reload, and those of a provider that is gone end", async () => {
  const admin = { host: "127.0.0.1", port: await freePort() };
  const scrape = async () => (await fetch(`http://127.0.0.1:${admin.port}/metrics`)).text();
  const valueOf = async (name: string) => parseScrape(await scrape()).get(name)?.samples[0]?.value;
  ada = await startSignedInProcess({ admin });
  const { issuer, doorward } = ada;
  const signedIn = (provider: string) =>
    `doorward_sign_ins_total{provider=${provider},result=signed_in}`;
  const before = countsIn(await scrape());
  const [own = ""] = Object.keys(Object(ada.settings.providers));

  const other = {
    type: "oidc",
    issuer: issuer.issuer,
    clientId: "door",
    clientSecret: "s".repeat(20),
  };
  await ada.reload({ admin, providers: { other } });
  const after = countsIn(await scrape());
  await replaceFile(doorward.file.path, "url: nowhere");
  doorward.signal("SIGHUP");
  await doorward.logged(rejected);

  expect(before.get(signedIn(own))).toBe(1);
  expect(after.get(signedIn("other"))).toBe(0);
  expect(after.get("doorward_config_reloads_total{result=applied}")).toBe(1);
  expect([...after.keys()].filter((name) => name.includes(`provider=${own}`))).toEqual([]);
  await expect.poll(() => valueOf("doorward_config_last_reload_successful")).toBe(0);
  expect(countsIn(await scrape()).get("doorward_config_reloads_total{result=rejected}")).toBe(1);
});
