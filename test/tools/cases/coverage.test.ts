import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../../docs/source-files.ts";
import { proxyHosts } from "../../../server/tools/cases/proxy-hosts.ts";
import { proxyFiles } from "../../../server/tools/proxy-files.ts";
import { writeFiles } from "../../../server/cli/write-files.ts";
import { configOf } from "../../peers/doorward.ts";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { tested, write } from "./cases.ts";

const covering = (proxy?: string) => ({ coverage: true, proxy });

const all = `cases:
  - { url: "https://app.example.com/public/x", expect: allow }
  - { url: "https://grafana.example.com/", groups: ops, expect: allow }
  - { url: "https://hr.example.com/", subject: a, claims: { department: hr }, expect: allow }
  - { url: "https://office.example.com/", address: 203.0.113.7, expect: allow }
  - { url: "https://files.example.com/", subject: ada, provider: users, expect: allow }
  - { url: "https://pay.example.com/", email: ada@example.com, expect: challenge }
  - { url: "https://app.example.com/", email: ada@example.com, expect: allow }
`;
const one = `cases: [{ url: "https://app.example.com/public/x", expect: allow }]`;

describe("--coverage", () => {
  it("passes if every rule, and access, decides a case", async () => {
    expect(await tested(all, covering())).toEqual({
      lines: ["7 cases, all as expected", "every rule decides a case"],
      isPassed: true,
    });
  });

  it("fails and names each rule that decides no case, with its conditions", async () => {
    const { lines, isPassed } = await tested(one, covering());

    expect(isPassed).toBe(false);
    expect(lines).toEqual([
      "UNTESTED rules.1 decides no case (host grafana.example.com)",
      "UNTESTED rules.2 decides no case (host hr.example.com)",
      "UNTESTED rules.3 decides no case (host office.example.com; ip 203.0.113.0/24)",
      "UNTESTED rules.4 decides no case (host files.example.com)",
      "UNTESTED rules.5 decides no case (host pay.example.com)",
      "UNTESTED access decides no case: add one that no rule matches",
      "1 case, all as expected",
    ]);
  });

  it("keeps the value of a query parameter to itself, and asks for no case of an unreachable access", async () => {
    const closed = configOf({
      url: "https://auth.example.com",
      cookie: { domain: "example.com" },
      providers: { google: { clientId: "x" } },
      rules: [{ query: "share=hush", allow: "public" }, { deny: true }],
    });
    const { lines } = await tested(
      `cases: [{ url: "https://app.example.com/", expect: deny }]`,
      covering(),
      undefined,
      closed,
    );

    expect(lines).toEqual([
      "UNTESTED rules.0 decides no case (query share=…)",
      "1 case, all as expected",
    ]);
  });

  it("names the hosts of the proxy that neither a rule nor a case has", async () => {
    const proxy = write(
      "server_name app.example.com wiki.example.com\n *.team.example.com auth.example.com;\nserver_name www.example.org;\n",
      "site.conf",
    );
    const text = `${all}  - { url: "https://docs.example.com/", expect: challenge }\n`;
    const { lines, isPassed } = await tested(text, covering(proxy));

    expect(isPassed).toBe(false);
    expect(lines.slice(0, 3)).toEqual([
      `UNTESTED wiki.example.com (${proxy}:2): no rule names this host, and no case is there`,
      `UNTESTED *.team.example.com (${proxy}:2): no rule names this host, and no case is there`,
      `UNTESTED www.example.org (${proxy}:3): no site has this host, so every request is denied`,
    ]);
    const more = `${text}  - { url: "https://wiki.example.com/", expect: challenge }\n`;
    expect((await tested(more, covering(proxy))).lines[0]).toContain("*.team.example.com");
    const beside = `${more}  - { url: "https://xteam.example.com/", expect: challenge }\n`;
    expect((await tested(beside, covering(proxy))).lines[0]).toContain("*.team.example.com");
    const under = `${more}  - { url: "https://a.b.team.example.com/", expect: challenge }\n`;
    expect((await tested(under, covering(proxy))).lines[0]).toContain("www.example.org");
  });
});

describe("the hosts of a proxy's file", () => {
  const printed = configOf({
    sites: [
      { url: "https://auth.example.com", cookie: { domain: "example.com" } },
      { url: "https://wiki.example.org/_auth" },
    ],
    providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
    access: { anyone: true },
    rules: [
      { host: "app.example.com", allow: "signed-in" },
      { host: "*.team.example.com", allow: "signed-in" },
    ],
  });
  const expected = [
    "*.team.example.com",
    "app.example.com",
    "auth.example.com",
    "wiki.example.org",
  ];

  it.each(["nginx", "caddy", "traefik", "haproxy", "envoy", "apisix", "ingress-nginx"])(
    "are those that doorward prints for %s",
    async (proxy) => {
      const folder = mkdtempSync(join(tmpdir(), "doorward-proxy-"));
      await writeFiles(folder, proxyFiles(printed, proxy).files);

      const names = proxyHosts(folder).map(({ name }) => name);

      expect(names.toSorted()).toEqual(expected);
    },
  );

  it.each<[string, string, string[]]>([
    [
      "app.conf",
      "# server_name no.example.com;\nserver_name .example.com _ ~^x$ localhost;",
      ["example.com", "*.example.com"],
    ],
    ["app", "server { server_name a.example.com; }", ["a.example.com"]],
    [
      "Caddyfile",
      "{\n\temail x@example.com\n}\n(snip) {\n}\nhttps://a.example.com, b.example.com:8443 {\n\t@x host c.example.com d.example.com\n}\n# e.example.com {\nf.example.com,\ng.example.com {\n}\n:443 {\n}",
      [
        "a.example.com",
        "b.example.com",
        "c.example.com",
        "d.example.com",
        "f.example.com",
        "g.example.com",
      ],
    ],
    [
      "haproxy.cfg",
      "frontend x\n  use_backend a if { hdr(host) -i a.example.com b.example.com }\n  acl c req.hdr(host),lower -m str c.example.com # hdr(host) d.example.com",
      ["a.example.com", "b.example.com", "c.example.com"],
    ],
    [
      "compose.yaml",
      'services:\n  a:\n    labels:\n      - "traefik.http.routers.a.rule=Host(`a.example.com`, `b.example.com`) && PathPrefix(`/x`)"\n      - "traefik.http.routers.b.rule=Host(`c.example.com`) || Host(`d.example.com`)"',
      ["a.example.com", "b.example.com", "c.example.com", "d.example.com"],
    ],
    ["dynamic.toml", '[http.routers.a]\nrule = "Host(`a.example.com`)"', ["a.example.com"]],
    [
      "route.yaml",
      "spec:\n  hostnames: [a.example.com]\n  rules:\n    - backendRefs: [{ name: x }]\n---\nspec:\n  rules: [{ host: b.example.com }]\n  http: [{ route: [{ destination: { host: c.svc.example.com } }] }]",
      ["a.example.com", "b.example.com"],
    ],
    ["caddy.json", '{"routes":[{"match":[{"host":["a.example.com"]}]}]}', ["a.example.com"]],
  ])("are found in %s", (name, text, hosts) => {
    expect(proxyHosts(write(text, name)).map((host) => host.name)).toEqual(hosts);
  });

  it.each<[string, string, string]>([
    ["notes.txt", "a.example.com", "contains no host; read are files of nginx"],
    ["empty.conf", "", "contains no host"],
    ["broken.yaml", "a: [", "cannot be read"],
  ])("are a fault in %s", (name, text, message) => {
    expect(() => proxyHosts(write(text, name))).toThrow(message);
  });

  it("are read from the files in deploy/", () => {
    expect(readFileSync(join(root, "deploy/nginx/doorward.conf"), "utf8")).toContain("server_name");
    expect(proxyHosts(join(root, "deploy/nginx")).length).toBeGreaterThan(2);
  });
});
