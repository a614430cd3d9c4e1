import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseYAML } from "confbox";
import { describe, expect, it } from "vitest";
import { configurationPage } from "../../docs/configuration-page.ts";
import { structure } from "../../docs/schema-file.ts";
import { sections, settingsAt } from "../../docs/settings/sections.ts";
import { keysIn } from "../../docs/settings/setting-tree.ts";
import { root } from "../../docs/source-files.ts";
import { checkConfig } from "../../server/config/load.ts";
import { schema } from "../../server/config/schema.ts";
import { find } from "../../server/config/variables.ts";
import { exampleConfigurations } from "./example-configurations.ts";

const page = readFileSync(join(root, "docs/configuration.md"), "utf8");
const paths = [...keysIn(structure())].map(({ path }) => path);
const entries = page.split(/^### /m).slice(1);

/** The text after a label of each entry, with the path of its key. */
function factsOf(label: string): [path: string, fact: string][] {
  return entries.flatMap((entry) => {
    const [, path = ""] = /^`([^`]+)`/.exec(entry) ?? [];
    const [, fact] = new RegExp(`^- ${label}: \`(.*?)\`(,|$)`, "m").exec(entry) ?? [];
    return fact === undefined ? [] : [[path, fact]];
  });
}

describe("docs/configuration.md", () => {
  it("equals the output of `npm run docs`", () => {
    expect(page).toBe(configurationPage());
  });

  it("has exactly one sentence about each key of the schema", () => {
    const others = paths.filter((path) => settingsAt(path).length !== 1);

    expect(paths.length).toBeGreaterThan(150);
    expect(paths).toEqual(expect.arrayContaining(["secret", "rules[].host", "storage.tls.ca"]));
    expect(others).toEqual([]);
  });

  it("has no sentence about a key that the schema lacks", () => {
    const idle = sections.flatMap(({ title, at, settings }) =>
      Object.keys(settings)
        .filter(
          (key) => !at.some((owner) => paths.includes(owner === "" ? key : `${owner}.${key}`)),
        )
        .map((key) => `${title}: ${key}`),
    );
    const idleOwners = sections.flatMap(({ at }) =>
      at.filter((owner) => !paths.some((path) => owner === "" || path.startsWith(`${owner}.`))),
    );

    expect(idle).toEqual([]);
    expect(idleOwners).toEqual([]);
  });

  it("has one entry for each sentence", () => {
    const settings = sections.flatMap((section) => Object.keys(section.settings));

    expect(entries.length).toBe(settings.length);
  });

  it.each(exampleConfigurations())("has an example that doorward accepts for %s", (_, settings) => {
    expect(() => checkConfig("docs/configuration.md", settings, {})).not.toThrow();
  });

  it("prints every example as YAML that reads as the value", () => {
    const examples = factsOf("Example");

    expect(examples.length).toBe(entries.length);
    for (const [path, line] of examples) {
      const key = path.slice(path.lastIndexOf(".") + 1);
      expect(parseYAML(line)).toEqual({ [key]: settingsAt(path)[0]?.example });
    }
  });

  it("names the variable that sets each key", () => {
    const variables = factsOf("Variable");
    const config = { providers: { name: {} } };
    const found = variables.map(([, variable]) =>
      find(schema, variable.replace(/^DOORWARD_/, ""), config)?.path.join("."),
    );

    expect(variables.length).toBeGreaterThan(100);
    expect(found).toEqual(variables.map(([path]) => path.replace("NAME", "name")));
    expect(page).toContain("`DOORWARD_SECRET_FILE`");
  });

  it("names no variable for a key in an entry of a list", () => {
    const inLists = entries.filter((entry) => entry.split("\n", 1)[0]?.includes("[]"));

    expect(inLists.length).toBeGreaterThan(30);
    expect(inLists.filter((entry) => entry.includes("- Variable"))).toEqual([]);
  });

  it("links to pages and headings that exist", () => {
    const links = [...page.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = links.filter(([, file = "", anchor]) => {
      const text = file === "" ? page : readFileSync(join(root, "docs", file), "utf8");
      return anchor !== undefined && !anchorsIn(text).includes(anchor);
    });

    expect(links.length).toBeGreaterThan(100);
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

/** The anchors that GitHub gives headings. */
function anchorsIn(markdown: string): string[] {
  return Array.from(markdown.matchAll(/^#+ (.+)$/gm), ([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
