import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import {
  createClientProvider,
  fetchThrough,
  type TestClientProvider,
} from "../peers/mcp-client.ts";
import { startMcpServer, type TestMcpServer } from "../peers/mcp-server.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { resourceServers } from "../peers/resource-servers.ts";
import { proxiesOfTests } from "./starters.ts";

const scopes = ["notes:read", "notes:write"];

/** Where the tool is: at a path of an app that has doorward mounted, or at a host of its own. */
const places = [
  {
    place: "at a path",
    host: "app.example.com",
    path: "/mcp",
    site: { url: "https://app.example.com/_auth" },
    rule: { host: "app.example.com", path: "/mcp/**" },
    hosts: ["app.example.com"],
  },
  {
    place: "at a host",
    host: "mcp.example.com",
    path: "",
    site: { url: "https://auth.example.com", cookie: { domain: "example.com" } },
    rule: { host: "mcp.example.com" },
    hosts: ["auth.example.com", "mcp.example.com"],
  },
];
const cases = proxiesOfTests.flatMap((tested) => places.map((place) => ({ tested, place })));

describe.each(cases)(
  "the MCP client of the TypeScript SDK, $place.place behind $tested.name",
  ({ tested, place: { host, path, site, rule, hosts } }) => {
    const resource = `https://${host}${path}`;
    let issuer: Issuer;
    let doorward: TestDoorward;
    let tools: TestMcpServer;
    let proxy: Proxy;

    beforeAll(async () => {
      issuer = await startIssuer({
        accounts: [
          { id: "ada", claims: {} },
          { id: "eve", claims: {} },
        ],
        clientId: "door",
        clientSecret: "a secret of the door",
        redirectUris: [`${site.url}/callback`],
        configuration: resourceServers(scopes),
      });
      const company = {
        type: "oidc",
        issuer: issuer.issuer,
        clientId: "door",
        clientSecret: "a secret of the door",
      };
      const config = configOf({
        ...site,
        providers: { company },
        access: { subjects: ["ada"] },
        rules: [{ ...rule, bearer: { metadata: true, scopes } }],
      });
      doorward = await startDoorward(config);
      tools = await startMcpServer();
      const { files } = proxyFiles(config, tested.kind);
      const wiring = { files, hosts, doorwardPort: doorward.port, appPort: tools.port };
      proxy = await tested.start(wiring);
    });
    afterAll(async () => {
      await proxy.stop();
      await Promise.all([tools.close(), issuer.close()]);
      await doorward.close();
    });

    const newClient = () => new Client({ name: "tests", version: "1" });

    function open(provider: TestClientProvider, seen: string[] = []) {
      const options = { authProvider: provider, fetch: fetchThrough(host, proxy.https, seen) };
      return new StreamableHTTPClientTransport(new URL(resource), options);
    }

    /** Connects in vain, as the SDK describes it, and redeems the code of the sign-in that this started. */
    async function signIn(provider: TestClientProvider, seen: string[] = []): Promise<void> {
      const transport = open(provider, seen);
      const connected = newClient().connect(transport as Transport);
      await expect(connected).rejects.toBeInstanceOf(UnauthorizedError);
      await transport.finishAuth(provider.code());
    }

    async function whoami(provider: TestClientProvider): Promise<unknown> {
      const client = newClient();
      await client.connect(open(provider) as Transport);
      const { content } = await client.callTool({ name: "whoami" });
      await client.close();
      return content;
    }

    it("finds the issuer by the 401, registers, gets a token and calls a tool", async () => {
      const provider = await createClientProvider("ada");
      const seen: string[] = [];

      await signIn(provider, seen);
      const content = await whoami(provider);

      expect(content).toEqual([{ type: "text", text: "ada" }]);
      const { host: issuerHost } = new URL(issuer.issuer);
      expect([...new Set(seen)]).toEqual([
        `POST ${host}${path || "/"}`,
        `GET ${host}/.well-known/oauth-protected-resource${path}`,
        `GET ${issuerHost}/.well-known/oauth-authorization-server`,
        `POST ${issuerHost}/reg`,
        `POST ${issuerHost}/token`,
      ]);
      const [authorization] = provider.opened;
      expect(authorization?.searchParams.get("resource")).toBe(resource);
      expect(authorization?.searchParams.get("scope")).toBe(scopes.join(" "));
      const { access_token: token = "" } = (await provider.tokens()) ?? {};
      expect(decodeProtectedHeader(token).typ).toBe("at+jwt");
      expect(decodeJwt(token)).toMatchObject({
        aud: resource,
        sub: "ada",
        scope: scopes.join(" "),
      });
      expect(new Set(tools.asked.map((asked) => asked.path))).toEqual(new Set([path || "/"]));
      await provider.close();
    });

    it("asks again for the scope that its token lacks", async () => {
      const provider = await createClientProvider("ada", "notes:read");

      await signIn(provider);
      await signIn(provider);

      expect(await whoami(provider)).toEqual([{ type: "text", text: "ada" }]);
      expect(provider.opened).toHaveLength(2);
      expect(provider.opened[1]?.searchParams.get("scope")).toBe(scopes.join(" "));
      await provider.close();
    });

    it("gets no further for a person without access", async () => {
      const provider = await createClientProvider("eve");
      await signIn(provider);

      await expect(whoami(provider)).rejects.toMatchObject({ code: 403 });
      expect(tools.asked.filter(({ user }) => user !== "ada")).toEqual([]);
      await provider.close();
    });
  },
);
