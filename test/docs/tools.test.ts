import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseYAML } from "confbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../docs/source-files.ts";
import { isObject } from "../../server/config/shape.ts";
import { send } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { openResourceDoor } from "../peers/resource-door.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { block, blocksOf } from "./blocks.ts";

const page = "docs/tools.md";
const ports = (doorward: TestDoorward) => new Map([["mcp.example.com:80", doorward.port]]);

let doorward: TestDoorward;
beforeAll(async () => {
  const [first = ""] = blocksOf(page, "yaml");
  const written: unknown = parseYAML(first);
  doorward = await startDoorward(
    configOf({
      url: "https://auth.example.com",
      cookie: { domain: "example.com" },
      providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
      access: { anyone: true },
      ...(isObject(written) && written),
    }),
  );
});
afterAll(() => doorward.close());

describe("docs/tools.md", () => {
  it("shows the header of the 401 to its first configuration", async () => {
    const headers = {
      ...forwarded("https://mcp.example.com"),
      Accept: "*/*",
      "Sec-Fetch-Mode": "cors",
      "X-Forwarded-Uri": "/mcp",
    };

    const answer = await send("http://mcp.example.com/verify", ports(doorward), { headers });

    expect(answer.status).toBe(401);
    expect(block(page, "http").trim()).toBe(
      `WWW-Authenticate: ${String(answer.headers["www-authenticate"])}`,
    );
  });

  it("shows the document of its first configuration", async () => {
    const url = "http://mcp.example.com/.well-known/oauth-protected-resource/mcp";

    const answer = await send(url, ports(doorward), {});

    expect(JSON.parse(answer.body)).toEqual(JSON.parse(block(page, "json")));
  });

  it("quotes the log for a token of another audience", async () => {
    const door = await openResourceDoor();
    const token = door.token(door.company, { aud: "api" });

    await door.verify("https://mcp.example.com/mcp", { Authorization: `Bearer ${token}` });

    const refused = door.doorward.events.find(({ event }) => event === "credentials_refused");
    const text = readFileSync(join(root, page), "utf8");
    expect(text).toContain("`credentials_refused`");
    expect(text).toContain(`\`${String(refused?.detail)}\``);
    await door.close();
  });
});
