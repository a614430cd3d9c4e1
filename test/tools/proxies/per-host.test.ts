import { expect, it } from "vitest";
import { publicHosts } from "../../../server/tools/proxies/public-hosts.ts";
import { configOf } from "../../peers/doorward.ts";

const common = {
  session: { perHost: true },
  providers: { google: { clientId: "x" } },
  access: { anyone: true },
};
const shown = (settings: Record<string, unknown>) =>
  publicHosts(configOf({ ...common, ...settings })).hosts.map(
    ({ host, serves, base }) => `${host} ${serves} ${base}`,
  );

it("the host of the sign-in keeps its endpoints, even if `hosts` names it", () => {
  expect(shown({ url: "https://example.com", hosts: ["example.com"] })).toEqual([
    "example.com doorward ",
    "*.example.com both /_auth",
  ]);
  expect(
    shown({ url: "https://auth.example.com", hosts: ["auth.example.com", "example.org"] }),
  ).toEqual([
    "auth.example.com doorward ",
    "example.org both /_auth",
    "*.auth.example.com both /_auth",
    "*.example.org both /_auth",
  ]);
});

it("the host of another site is none of the apps", () => {
  const sites = [
    { url: "https://auth.example.com", hosts: ["example.com", "id.example.net"] },
    { url: "https://id.example.net", hosts: ["example.org"] },
  ];

  expect(shown({ sites }).filter((line) => line.startsWith("id."))).toEqual([
    "id.example.net doorward ",
  ]);
});
