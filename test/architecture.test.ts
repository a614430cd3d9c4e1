import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { architectureSvg } from "../docs/architecture.ts";
import { root } from "../docs/source-files.ts";
import { ScratchCopy } from "./peers/scratch-copy.ts";

const page = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");

describe("ARCHITECTURE.md", () => {
  it("shows the imports as they are; npm run docs draws them", () => {
    expect(readFileSync(join(root, "docs/architecture.svg"), "utf8")).toBe(architectureSvg());
  });

  it("names files that exist, apart from those that a list adds", () => {
    const named = page.matchAll(/`((?:[a-z-]+\/)+[a-z0-9-]+\.(?:ts|md))`/g);
    const files = Array.from(named, ([, name = ""]) => name).filter(
      (name) => !name.includes("acme") && !name.endsWith("/eo.ts"),
    );
    const missing = files.filter(
      (name) => !["", "server"].some((folder) => readable(join(root, folder, name))),
    );

    expect(files.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });
});

function readable(path: string): boolean {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}

/** The steps of a list, each with the files that it names. */
function stepsOf(title: string): string[][] {
  const section = page.split(`### ${title}\n`)[1]?.split("\n### ")[0] ?? "";
  return section
    .split(/^\d\. /m)
    .slice(1)
    .map((step) =>
      Array.from(
        step.matchAll(/`((?:server|providers|docs|deploy)\/[^`]+)`/g),
        ([, file = ""]) => file,
      ),
    );
}

let unchanged: ScratchCopy;
let copy: ScratchCopy;

beforeAll(async () => {
  unchanged = await ScratchCopy.open();
  await unchanged.typeFaults();
});
afterAll(() => unchanged.close());
beforeEach(async () => {
  copy = await ScratchCopy.open(unchanged);
});
afterEach(() => copy.close());

const settings = {
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  secret: "4Jw9mR2yTq7fXc0vLk5sHd8bNe1uZa3gPi6oWxYrUtE",
  storage: { driver: "memory" },
  providers: { oidc: { issuer: "https://id.example.com", clientId: "door", clientSecret: "x" } },
  access: { anyone: true },
};

async function doorward(more: object, ...words: string[]) {
  await copy.write("doorward.json", JSON.stringify({ ...settings, ...more }));
  const [command = "", ...rest] = words;
  return copy.run("node", "server/cli/doorward.js", command, "--config", "doorward.json", ...rest);
}

/** The files that a list names are those that the test changes, in at most five steps. */
function expectSteps(title: string, ...changed: string[]): void {
  const steps = stepsOf(title);
  expect(steps.length).toBeGreaterThan(0);
  expect(steps.length).toBeLessThanOrEqual(5);
  const named = new Set(steps.flat());
  for (const file of changed) expect(named).toContain(file);
}

describe("to add a …", () => {
  it("provider", async () => {
    expectSteps("provider", "providers/acme.ts", "providers/registry.ts", "docs/providers.md");
    await copy.write(
      "providers/acme.ts",
      `import { openid } from "./openid.ts";

export const acme = openid({
  kind: "acme",
  label: "Acme ID",
  issuerExample: "https://id.acme.example",
  scope: "openid email profile groups",
});
`,
    );
    await copy.insert(
      "providers/registry.ts",
      'import { adfs } from "./adfs.ts";\n',
      'import { acme } from "./acme.ts";\n',
    );
    await copy.insert("providers/registry.ts", "readonly Provider[] = [\n", "  acme,\n");
    await copy.run("node", "docs/providers-page.ts");

    const suite = await copy.run("vitest", "run", "test/providers/contract.test.ts", "-t", "acme");

    expect(await copy.typeFaults()).toBe("");
    expect(await copy.read("docs/providers.md")).toContain("Acme ID");
    expect(suite.output).toMatch(/Tests .*\d+ passed/);
    expect(suite.code).toBe(0);
  });

  it("header family", async () => {
    expectSteps("header family", "server/forwarded/dialects.ts");
    await copy.insert(
      "server/forwarded/dialects.ts",
      "export const headerFamilies: readonly HeaderFamily[] = [",
      `family({
  name: "rewritten",
  required: ["x-rewrite-method", "x-rewrite-proto", "x-rewrite-host", "x-rewrite-url"],
  signs: ["x-rewrite-url"],
  read: (value) =>
    forwardedRequest(value("x-rewrite-method"), value("x-rewrite-proto"), value("x-rewrite-host"), value("x-rewrite-url")),
  write: ({ method, scheme, host, uri }) => ({
    "x-rewrite-method": method, "x-rewrite-proto": scheme, "x-rewrite-host": host, "x-rewrite-url": uri,
  }),
  malformedStatus: 400,
  isShown: true,
  storeUnreachableStatus: 503,
}), `,
    );

    const results = await copy.evaluate(`
import { readForwarded } from "./server/forwarded/read-forwarded.ts";
import { RequestHeaders } from "./server/forwarded/request-headers.ts";
const own = ["X-Rewrite-Method", "GET", "X-Rewrite-Proto", "https", "X-Rewrite-Host", "a.example", "X-Rewrite-Url", "/a"];
const read = (...more: string[]) => readForwarded(new RequestHeaders([...own, ...more]), undefined, undefined);
console.log(JSON.stringify([read(), read("X-Original-Method", "POST"), read("X-Forwarded-Uri", "/b")]));
`);

    expect(await copy.typeFaults()).toBe("");
    expect(results).toMatchObject([
      { request: { host: "a.example", uri: "/a" } },
      { isConflict: true },
      { isConflict: true },
    ]);
    expect(
      (await doorward({ dialect: "rewritten" }, "explain", "https://app.example.com/")).code,
    ).toBe(0);
  });

  it("rule condition", async () => {
    expectSteps("rule condition", "server/policy/conditions.ts", "docs/rules.md");
    const file = "server/policy/conditions.ts";
    const scheme = (compile: string) => `  scheme: kind({
    schema: oneOrMore(v.picklist(["http", "https"])),
    needs: "request",
${compile}  }),
`;
    const table = "export const conditionKinds = {\n";
    const compiled = await copy.read(file);
    await copy.insert(file, table, scheme(""));
    const forgotten = await copy.typeFaults();
    await copy.write(file, compiled);
    await copy.insert(
      file,
      table,
      scheme(
        "    compile: (schemes) => ({ request }) => toMatch(schemes.includes(request.scheme)),\n",
      ),
    );
    const rules = [{ host: "app.example.com", scheme: "http", allow: "public" }];

    const secret = await doorward({ rules }, "explain", "https://app.example.com/secret");
    const plain = await doorward({ rules }, "explain", "http://app.example.com/secret");

    expect(forgotten).toContain(file);
    expect(await copy.typeFaults()).toBe("");
    expect(secret.output).toContain("rules.0: no, scheme is not http");
    expect(secret.output).toContain("challenge by access");
    expect(plain.output).toContain("allow by rules.0");
  });

  it("rule outcome, only together with what it decides", async () => {
    const kind = "  quota: kind({ schema: v.literal(true) }),\n";
    await copy.insert("server/policy/outcomes.ts", "const outcomeKinds = {\n", kind);

    expect(await copy.typeFaults()).toContain("server/policy/outcomes.ts");
  });

  it("setting", async () => {
    const [declared, described] = ["server/config/schema.ts", "docs/settings/top-level.ts"];
    const pages = ["docs/configuration.md", "doorward.schema.json"];
    const compared = "server/tools/diff/changed-settings.ts";
    expectSteps("setting", declared, described, compared, "docs/configuration.md");
    await copy.insert(
      declared,
      'signOut: v.optional(v.picklist(["local", "issuer"]), "local"),\n',
      "  motto: v.optional(text),\n",
    );
    const forgotten = await copy.typeFaults();
    await copy.insert(compared, "const effects = {\n", '  motto: "pages have another motto",\n');
    await copy.run("node", "docs/schema-file.ts");
    await copy.run("node", "docs/configuration-page.ts");
    const undescribed = await copy.run("vitest", "run", "test/docs/configuration.test.ts");
    await copy.insert(
      described,
      "  settings: {\n",
      '    motto: { text: "A motto.", example: "Ask first." },\n',
    );
    await copy.run("node", "docs/schema-file.ts");
    await copy.run("node", "docs/configuration-page.ts");

    const suite = await copy.run("vitest", "run", "test/docs/configuration.test.ts");

    expect(undescribed.code).toBe(1);
    expect(forgotten).toContain(compared);
    expect(await copy.typeFaults()).toBe("");
    for (const name of pages) expect(await copy.read(name)).toContain("A motto.");
    expect(suite.output).toMatch(/Tests .*\d+ passed/);
    expect(suite.code).toBe(0);
  });

  it("page text", async () => {
    const own = "server/pages/languages/en.ts";
    const reasons = "server/observe/session-reasons.ts";
    expectSteps("page text", "server/errors.ts", own, "server/pages/failed-page.ts", reasons);
    await copy.insert("server/errors.ts", "const statuses = {\n", "  account_locked: 403,\n");
    const words = '  locked: { title: "Your account is locked", text: "Ask for help." },\n';
    await copy.insert(own, "export const en = {\n", words);
    const forgotten = await copy.typeFaults();
    for (const tag of ["ar", "de", "es", "fr", "it", "ja", "nl", "pl", "pt", "zh"])
      await copy.insert(`server/pages/languages/${tag}.ts`, `const ${tag}: Texts = {\n`, words);
    await copy.insert(
      "server/pages/failed-page.ts",
      "Record<AuthErrorCode, Words>> = {\n",
      '  account_locked: { title: text("locked", "title"), text: text("locked", "text") },\n',
    );
    await copy.insert(
      reasons,
      "export const failureReasons = reasonTable({\n",
      '  account_locked: { means: "The account is locked.", fix: nothingToDo },\n',
    );

    const body = await copy.evaluate(`
import { failedPage } from "./server/pages/failed-page.ts";
import { createShowPage } from "./server/pages/show-page.ts";
const page = failedPage({ code: "account_locked", status: 403 }, new URL("https://auth.example.com/start"), "1");
console.log(JSON.stringify(createShowPage({ colour: "#000000" })(page, "de").body));
`);

    expect(forgotten).toContain("server/pages/failed-page.ts");
    expect(forgotten).toContain("server/pages/languages/de.ts");
    expect(await copy.typeFaults()).toBe("");
    expect(body).toContain("Your account is locked");
  });

  it("language", async () => {
    const list = "server/pages/languages/languages.ts";
    const file = "server/pages/languages/eo.ts";
    expectSteps("language", file, list);
    const english = await copy.read("server/pages/languages/en.ts");
    const own = english
      .replace("export const en = {", "export const eo: Texts = {")
      .replace("} as const;", "};")
      .replace('"Sign in again"', '"Ensaluti denove"');
    await copy.write(file, `import type { Texts } from "./texts.ts";\n\n${own}`);
    await copy.insert(list, 'import { en } from "./en.ts";\n', 'import { eo } from "./eo.ts";\n');
    await copy.insert(list, '  { tag: "en", texts: en },\n', '  { tag: "eo", texts: eo },\n');

    const body = await copy.evaluate(`
import { createShowPage } from "./server/pages/show-page.ts";
import { signedOutPage } from "./server/pages/signed-out-page.ts";
const page = signedOutPage("https://auth.example.com/start", false);
console.log(JSON.stringify(createShowPage({ colour: "#000000" })(page, "eo, en;q=0.5").body));
`);

    expect(await copy.typeFaults()).toBe("");
    expect(body).toContain("Ensaluti denove");
  });

  it("proxy", async () => {
    const file = "server/tools/proxies/acme/acme.ts";
    expectSteps(
      "proxy",
      file,
      "server/tools/proxy-files.ts",
      "docs/source-files.ts",
      "deploy/acme/README.md",
    );
    await copy.write(
      file,
      `import type { ProxyModel } from "../model.ts";

export function acmeFiles({ hosts }: ProxyModel): ReadonlyMap<string, string> {
  return new Map([["acme.conf", hosts.map(({ host }) => \`ask \${host}\\n\`).join("")]]);
}
`,
    );
    await copy.insert(
      "server/tools/proxy-files.ts",
      'import { ConfigError } from "../config/faults.ts";\n',
      'import { acmeFiles } from "./proxies/acme/acme.ts";\n',
    );
    await copy.insert(
      "server/tools/proxy-files.ts",
      "Readonly<Record<string, Proxy>> = {\n",
      '  acme: { dialect: "forwarded", files: acmeFiles },\n',
    );
    await copy.insert(
      "docs/source-files.ts",
      '  "server/tools",\n',
      '  "server/tools/proxies/acme",\n',
    );
    await copy.write("deploy/acme/README.md", "# Acme\n");
    await copy.run("vitest", "run", "test/deploy/printed.test.ts", "--update");

    const printed = await doorward(
      { rules: [{ host: "app.example.com", allow: "signed-in" }] },
      "config",
      "acme",
    );
    const tests = await copy.run(
      "vitest",
      "run",
      "test/layers.test.ts",
      "test/deploy/printed.test.ts",
    );

    expect(await copy.typeFaults()).toBe("");
    expect(printed.output).toContain("ask app.example.com");
    expect(await copy.read("deploy/acme/acme.conf")).toContain("ask ");
    expect(tests).toMatchObject({ code: 0 });
  });

  it("metric", async () => {
    const [table, place] = ["server/observe/visitor-metrics.ts", "server/sign-out/sign-out.ts"];
    expectSteps("metric", table, place, "docs/metrics.md");
    await copy.insert(
      place,
      "createIssuerSignOut(context);\n",
      '  counts.signOutsAsked.add("visitor");\n',
    );
    const forgotten = await copy.typeFaults();
    await copy.insert(
      table,
      "export function visitorCounts() {\n  return {\n",
      `    signOutsAsked: new Counter({
      name: "doorward_sign_outs_asked_total",
      labels: [labelOf("by", ["visitor"])],
      help: "Sign-outs asked",
      use: "None.",
    }),
`,
    );
    await copy.run("node", "docs/metrics-page.ts");

    const text = await copy.evaluate(`
import { createCounts } from "./server/observe/counts.ts";
import { writeMetrics } from "./server/observe/metrics.ts";
const counts = createCounts();
counts.signOutsAsked.add("visitor");
console.log(JSON.stringify(await writeMetrics(counts)));
`);

    expect(forgotten).toContain(place);
    expect(await copy.typeFaults()).toBe("");
    expect(text).toContain('doorward_sign_outs_asked_total{by="visitor"} 1');
    expect(await copy.read("docs/metrics.md")).toContain("doorward_sign_outs_asked_total");
  });
});
