import { parseYAML } from "confbox";
import { expect, it } from "vitest";
import { checkConfig } from "../../server/config/load.ts";
import { isObject } from "../../server/config/shape.ts";
import { settingsFor } from "../peers/process.ts";
import { blocks } from "./blocks.ts";

/** Blocks of other files, by their first key. */
const ofOthers = new Map([
  ["scrape_configs", "Prometheus"],
  ["denied", "texts of pages.dir"],
  ["http", "Traefik"],
  ["cases", "doorward test"],
  ["name", "GitHub Actions"],
]);
/** Other tests read these pages: the lists of keys and of events. */
const generated = new Set(["docs/configuration.md", "docs/events.md"]);

const configurations = blocks
  .filter(({ file, language }) => language === "yaml" && !generated.has(file))
  .map(({ file, line, text }) => ({ place: `${file}:${line}`, yaml: text }))
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
    ...((written.sites ?? written.url) === undefined ? site : { url: undefined }),
    ...written,
    secret,
    providers,
  };
}

it.each(configurations)("doorward accepts the configuration at $place", ({ place, yaml }) => {
  expect(() => checkConfig(place, completed(yaml), {})).not.toThrow();
});

it("finds the configurations of the manual", () => {
  expect(configurations.length).toBeGreaterThan(70);
  expect(() => checkConfig("a page", completed("acess: { anyone: true }"), {})).toThrow("acess");
});
