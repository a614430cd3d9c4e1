import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { Browser } from "../peers/browser.ts";
import { freePort } from "../peers/free-port.ts";
import { settingsFor } from "../peers/process.ts";
import { client, forwarded } from "../peers/sign-in-door.ts";
import { buildImage, type BuiltImage } from "./built-image.ts";
import { checkHealth, startContainer, type Mounts } from "./container.ts";

const user = 65_532;
let image: BuiltImage;
let folder: string;
let mounts: Mounts;
let site: string;
let issuer: Issuer;

beforeAll(async () => {
  image = buildImage();
  folder = mkdtempSync(join(tmpdir(), "doorward-container-"));
  mounts = { volume: join(folder, "volume"), config: join(folder, "config") };
  for (const name of Object.values(mounts)) mkdirSync(name);
  // What an engine does with a new volume: it gets the owner of the folder in the image.
  const { uid, gid } = statSync(join(image.folder, "var/lib/doorward"));
  chownSync(mounts.volume, uid, gid);
  const port = await freePort();
  site = `http://localhost:${port}/_auth`;
  issuer = await startIssuer({
    accounts: [{ id: "ada", claims: { email: "ada@example.com", email_verified: true } }],
    ...client,
    redirectUris: [`${site}/callback`],
  });
  const company = { type: "oidc", issuer: issuer.issuer, ...client };
  // No `base`: the default, ./data, must be in the volume.
  const settings = { ...settingsFor(port), providers: { company }, storage: { driver: "fs" } };
  writeFileSync(join(mounts.config, "doorward.yaml"), JSON.stringify(settings));
});
afterAll(async () => {
  await issuer.close();
  rmSync(folder, { recursive: true });
  image.remove();
});

function filesIn(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: "utf8" }).toSorted();
}

it("signs in as a user without rights, with a read-only root file system, and writes only to its volume", async () => {
  const before = filesIn(image.folder);
  const browser = new Browser();
  const verify = () => browser.ask(`${site}/verify`, { headers: forwarded(site) });

  const container = await startContainer(image, mounts);
  const status = readFileSync(`/proc/${container.pid}/status`, "utf8");
  const first = await verify();
  await browser.signIn(`${site}/start`, "ada");
  const second = await verify();
  const { code, stderr } = await container.stop();

  expect([first.status, second.status]).toEqual([302, 200]);
  expect(second.headers["x-auth-request-email"]).toBe("ada@example.com");
  expect(status).toMatch(new RegExp(`^Uid:(\t${user}){4}$`, "m"));
  expect(status).toMatch(new RegExp(`^Gid:(\t${user}){4}$`, "m"));
  expect(status).toMatch(/^Groups:\s*$/m);
  expect(status).toMatch(/^CapEff:\t0+$/m);
  expect(container.lines.filter((line) => /"level":[456]0/.test(line))).toEqual([]);
  expect([code, stderr]).toEqual([0, ""]);
  const written = filesIn(mounts.volume);
  expect(written[0]).toBe("data");
  expect(written.length).toBeGreaterThan(1);
  expect(statSync(join(mounts.volume, "data")).uid).toBe(user);
  expect(filesIn(image.folder)).toEqual(before);
});

it("reports its health by the exit code of its HEALTHCHECK", async () => {
  const before = await checkHealth(image, mounts);
  const container = await startContainer(image, mounts);
  const during = await checkHealth(image, mounts);
  await container.stop();
  const after = await checkHealth(image, mounts);

  expect(before.stderr).toMatch(/^doorward: no answer from doorward on /);
  expect([before.code, during.code, after.code]).toEqual([1, 0, 1]);
});
