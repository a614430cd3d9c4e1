import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringifyYAML } from "confbox";
import { afterAll, describe, expect, it } from "vitest";
import { providersPage } from "../../docs/providers-page.ts";
import type { Provider } from "../../providers/provider.ts";
import { providers } from "../../providers/registry.ts";
import { loadConfig } from "../../server/config/load.ts";
import { testSecret } from "../peers/doorward.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/providers.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "doorward-docs-"));
const surroundings = { url: "https://auth.example.com", access: { anyone: true } };

afterAll(() => rmSync(folder, { recursive: true }));

/** The facts that the guide of a kind lacks for docs/providers.md and `check`. */
function missingFacts({ guide, issuer, issuerExample }: Provider): string[] {
  if (guide === undefined) return ["guide"];
  const texts = { ...guide, issuer: issuer ?? issuerExample };
  return (["register", "permissions", "emails", "issuer"] as const).filter((name) => !texts[name]);
}

describe("docs/providers.md", () => {
  it("equals the output of `npm run docs`", () => {
    expect(page).toBe(providersPage());
  });

  it.each([...providers])("has every fact about the kind %s", (_, provider) => {
    expect(missingFacts(provider)).toEqual([]);
  });

  it.each([...providers.keys()])("shows a configuration that loads for the kind %s", (kind) => {
    const [, after = ""] = page.split(`\`type: ${kind}\``);
    const [, written = ""] = /```yaml\n(.*?)```/s.exec(after) ?? [];
    const file = join(folder, `${kind}.yaml`);
    const filledIn = written.replaceAll("…", "filled in");
    writeFileSync(file, filledIn + stringifyYAML(surroundings));

    const config = loadConfig({ file, environment: { DOORWARD_SECRET: testSecret } });

    const [[name, settings] = []] = Object.entries(config.providers);
    expect(settings?.type ?? name).toBe(kind);
    expect(settings?.clientId).toBe("filled in");
  });
});
