import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseYAML } from "confbox";
import { expect, it } from "vitest";
import { root, trackedFiles } from "../../docs/source-files.ts";
import { checkConfig } from "../../server/config/load.ts";
import { isObject } from "../../server/config/shape.ts";
import { settingsFor } from "../peers/process.ts";

/** Blocks of other files, by their first key. */
const ofOthers = new Map([
  ["scrape_configs", "Prometheus"],
  ["denied", "texts of pages.dir"],
]);
/** Other tests read these pages: the lists of keys and of events. */
const generated = new Set(["docs/configuration.md", "docs/events.md"]);

const blocks = trackedFiles()
  .filter((file) => file.endsWith(".md") && !generated.has(file))
  .flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return Array.from(text.matchAll(/```yaml\n(.*?)```/gs), ({ index, 1: yaml = "" }) => ({
      place: `${file}:${text.slice(0, index).split("\n").length}`,
      yaml,
    }));
  })
  .filter(({ yaml }) => !ofOthers.has(/^(\w+):/m.exec(yaml)?.[1] ?? ""));

const { providers: own, ...base } = settingsFor(4180);
const { company } = isObject(own) ? own : {};
const client = { clientId: "door", clientSecret: "only an example of a secret" };

/** The settings of a block, in a configuration that has what the block leaves out. */
function completed(yaml: string): Record<string, unknown> {
  const written = parseYAML<Record<string, unknown>>(yaml.replaceAll("…", "filled-in"));
  const named = isObject(written.providers) ? written.providers : {};
  const known: Record<string, unknown> = { company, github: client, partner: company };
  const providers = { ...known, ...named };
  // A block about one setting of a provider leaves out its client.
  for (const [name, settings] of Object.entries(named))
    if (isObject(settings) && settings.clientId === undefined)
      providers[name] = { ...Object(known[name]), ...settings };
  const { secret } = base;
  const site = { url: "https://auth.example.com", cookie: { domain: "example.com" } };
  return {
    ...base,
    ...(written.sites === undefined ? site : { url: undefined, cookie: undefined }),
    ...written,
    secret,
    providers,
  };
}

it.each(blocks)("doorward accepts the configuration at $place", ({ place, yaml }) => {
  expect(() => checkConfig(place, completed(yaml), {})).not.toThrow();
});

it("finds the configurations of the manual", () => {
  expect(blocks.length).toBeGreaterThan(70);
  expect(() => checkConfig("a page", completed("acess: { anyone: true }"), {})).toThrow("acess");
});
