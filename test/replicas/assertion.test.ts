import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from "jose";
import { afterEach, expect, it } from "vitest";
import { answered } from "../peers/answered.ts";
import { runDoorward } from "../peers/process.ts";
import { until } from "../peers/until.ts";
import { site, startReplicas, type Replicas } from "./replicas.ts";

let replicas: Replicas;
afterEach(() => replicas.close());

async function assertionOf(replica: number, cookie: string): Promise<string | undefined> {
  const { headers } = await answered(() => replicas.verify(replica, cookie));
  return headers["x-doorward-assertion"]?.toString();
}

it("replicas that start at once sign with one key, which `doorward keys` prints, and stop at a sign-out", async () => {
  replicas = await startReplicas(3, { assertion: {} });
  const cookie = await replicas.signedIn(0);
  const everyone = [0, 1, 2];

  const assertions = await Promise.all(everyone.map((one) => assertionOf(one, cookie)));
  const { stdout } = await runDoorward([
    "keys",
    "--config",
    replicas.processes[1]?.file.path ?? "",
  ]);

  const keys = createLocalJWKSet(JSON.parse(stdout) as JSONWebKeySet);
  for (const assertion of assertions) {
    const { payload } = await jwtVerify(assertion ?? "", keys, {
      issuer: site,
      audience: new URL(site).origin,
    });
    expect(payload.sub).toBe("ada");
  }
  expect(new Set(assertions.map((one) => decodeProtectedHeader(one ?? "").kid)).size).toBe(1);

  await replicas.signOut(2, cookie);
  await until(async () => (await replicas.statusOf(0, cookie)) === 302);
  const afterwards = await Promise.all(everyone.map((one) => assertionOf(one, cookie)));
  expect(afterwards).toEqual(everyone.map(() => undefined));
});
