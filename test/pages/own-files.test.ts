import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { samplePages } from "../../docs/sample-pages.ts";
import { en } from "../../server/pages/languages/en.ts";
import { openPages } from "../../server/pages/open-pages.ts";
import type { Page } from "../../server/pages/page.ts";

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "doorward-pages-"));
});
afterEach(() => rm(dir, { recursive: true }));

const colour = "#2f5d8a";
const { choose, denied } = samplePages as Record<string, Page>;

/** A page with the files of the operator. */
async function bodyWith(files: Readonly<Record<string, string>>, page = denied, language = "en") {
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  const show = await openPages({ colour, name: "Example", dir });
  return page === undefined ? "" : show(page, language).body;
}

async function faultsOf(name: string, text: string | Buffer): Promise<string> {
  await writeFile(join(dir, name), text);
  return openPages({ colour, dir }).then(
    () => "",
    (error: Error) => error.message,
  );
}

describe("the operator's files of pages", () => {
  it("replace the template of one kind of page, escaped by default", async () => {
    const files = {
      "denied.html":
        "<title>{{title}}</title><h1>{{texts.denied.title}}</h1>{{#paragraphs}}<p>{{#parts}}{{text}}{{value}}{{/parts}}</p>{{/paragraphs}}{{#actions}}<a href='{{href}}'>{{label}}</a>{{/actions}}{{requestId}}",
    };
    const page = denied && { ...denied, requestId: "<b>" };

    const body = await bodyWith(files, page);

    expect(body).toContain(
      "<title>This account has no access</title><h1>This account has no access",
    );
    expect(body).toContain("<a href='https://auth.example.com/start'>Use another account</a>");
    expect(body).toContain("&lt;b&gt;");
    expect(await bodyWith({}, choose)).toContain("<!doctype html>");
  });

  it("replace the template of all pages, their style and single texts", async () => {
    const files = {
      "page.html": "<!doctype html><style>{{> style}}</style><main>{{title}}</main>",
      "style.css": "main{color:var(--accent)}",
      "de.yaml": "choose:\n  title: Anmelden bei Beispiel\n",
    };

    const body = await bodyWith(files, choose, "de");

    expect(body).toMatch(
      /--accent:#2f5d8a.*main\{color:var\(--accent\)\}<\/style><main>Anmelden bei Beispiel/s,
    );
    expect(await bodyWith({}, denied, "de")).toContain("Dieses Konto");
  });

  it("add a language that has all texts", async () => {
    const texts = Object.entries(en).map(
      ([group, own]) =>
        `${group}:\n${Object.entries(own)
          .map(([name, text]) => `  ${name}: ${JSON.stringify(`sv ${text}`)}\n`)
          .join("")}`,
    );

    const body = await bodyWith({ "sv.yaml": texts.join("") }, choose, "sv-FI, en;q=0.5");

    expect(body).toContain('<html lang="sv" dir="ltr">');
    expect(body).toContain("<h1>sv Sign in</h1>");
  });

  it("are not read if they are hidden, as where Kubernetes mounts a ConfigMap", async () => {
    expect(await bodyWith({ ".denied.html.swp": "{{{" })).toContain("<!doctype html>");
  });
});

describe("a faulty file of pages ends the start, with its name, its line and what to do", () => {
  it.each<[file: string, text: string, fault: string]>([
    [
      "denied.html",
      "<h1>\n{{titel}}",
      "denied.html, line 2: names titel, and there is no such value here: use one of lang, dir,",
    ],
    ["denied.html", "{{constructor}}", "denied.html, line 1: names constructor"],
    ["denied.html", "{{#actions}}\n{{who}}\n{{/actions}}", "denied.html, line 2: names who"],
    [
      "denied.html",
      "{{title}}\n{{{title}}}",
      "denied.html, line 2: shows title without escaping it: write {{title}}",
    ],
    ["denied.html", "{{&title}}", "denied.html, line 1: shows title without escaping it"],
    [
      "denied.html",
      "a\n{{#actions}}",
      "denied.html, line 2: is not a Mustache template: Unclosed section",
    ],
    [
      "denied.html",
      "a\n\n{{title",
      "denied.html, line 3: is not a Mustache template: Unclosed tag",
    ],
    ["denied.html", "{{> footer}}", "names the partial footer, and there is only {{> style}}"],
    ["denied.html", "{{actions}}", "shows actions, which is a section: write {{#actions}}"],
    ["denied.html", "{{texts.denied.account}}", "a text with values in it"],
    ["denied.html", "{{texts.denied.nothing}}", "names texts.denied.nothing"],
    ["denied.html", "<p>\n<script>1</script>", "denied.html, line 2: contains a script"],
    ["denied.html", "<p onclick='x'>", "contains an event handler"],
    ["denied.html", "<p style='color:red'>", "contains a style attribute"],
    [
      "denied.html",
      "<link rel=stylesheet href=x>",
      "contains an element that the pages' policy blocks",
    ],
    ["denied.html", "<img src='https://example.com/x.png'>", "use a data URL"],
    ["denied.html", "<style>a{color:{{title}}}</style>", "has a value in <style>"],
    ["login.html", "<p>", "login.html: is not a file of pages: use page.html, choose.html,"],
    ["zh-yue.yaml", "{}", "zh-yue.yaml: is not a file of pages"],
    ["de-abc1.yaml", "{}", "de-abc1.yaml: is not a file of pages"],
    ["english.yaml", "{}", "english.yaml: is not a file of pages"],
    ["colours.css", "a{}", "colours.css: is not a file of pages"],
    ["readme.txt", "a", "readme.txt: is not a file of pages"],
    ["style.css", "a{}\n@import 'x'", "style.css, line 2: loads something from an address"],
    ["style.css", "a{background:url(https://example.com/x)}", "loads something from an address"],
    ["style.css", "</style>", "ends the element <style>"],
    [
      "de.yaml",
      "choose:\n  titel: Anmelden",
      "de.yaml, line 2: has the text choose.titel, which no page has: remove it",
    ],
    ["de.yaml", "choose:\n  title: ''", "de.yaml, line 2: has no text for choose.title: write one"],
    ["de.yaml", "choose:\n  title:\n  text: 3", "de.yaml, line 2: has no text for choose.title"],
    [
      "de.yaml",
      "choose:\n  toOpen: Hier entlang",
      "de.yaml, line 2: has another value in choose.toOpen than the page: write it with {app}",
    ],
    ["de.yaml", "choose:\n  title: Zu {app}", "write it without a value in braces"],
    ["de.yaml", "a: [", "de.yaml, line 1: is not YAML"],
    ["sv.yaml", "choose:\n  title: Logga in", "sv.yaml: lacks the text common.tryAgain: add it"],
  ])("%s with %j", async (file, text, fault) => {
    const message = await faultsOf(file, text);

    expect(message).toContain(`${dir} is invalid:`);
    expect(message).toContain(fault);
  });

  it("all faults of all files at once", async () => {
    await writeFile(join(dir, "own.html"), "{{a}}");

    expect(
      (await faultsOf("denied.html", "{{b}}\n{{c}}")).match(/there is no such value/g),
    ).toHaveLength(3);
  });

  it("in UTF-16", async () => {
    expect(await faultsOf("denied.html", Buffer.from("\uFEFFa", "utf16le"))).toContain(
      "save it as UTF-8",
    );
  });

  it("in a folder that is not there", async () => {
    await expect(openPages({ colour, dir: join(dir, "none") })).rejects.toThrow(
      /pages\.dir.*cannot be read.*ENOENT/s,
    );
  });
});

describe("a logo", () => {
  const svg = (inner: string) =>
    `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg">${inner}</svg>`)}`;
  const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");

  it.each<[string, string]>([
    ["a PNG", `data:image/png;base64,${png.toString("base64")}`],
    ["an SVG", svg("<path d='M0 0h1'/>")],
    [
      "a JPEG that is called a PNG",
      `data:image/png;base64,${Buffer.from("ffd8ffe0", "hex").toString("base64")}`,
    ],
  ])("can be %s, named by its contents", async (_, logo) => {
    const show = await openPages({ colour, logo });

    expect(choose && show(choose, "en").body).toMatch(
      /<header><img src="data:image\/(png|jpeg|svg\+xml);base64,/,
    );
  });

  it("can be a file", async () => {
    await writeFile(join(dir, "logo.png"), png);
    const show = await openPages({ colour, logo: join(dir, "logo.png") });

    expect(choose && show(choose, "en").body).toContain(png.toString("base64"));
  });

  it.each<[string, string, string]>([
    [
      "that is no picture",
      `data:text/html,<p>`,
      "is not a picture: use PNG, JPEG, GIF, WebP or SVG",
    ],
    ["that is empty", "data:image/png;base64,", "is not a picture"],
    ["that is no data URL", "data:image/png", "is not a data URL"],
    ["with a broken escape", "data:image/svg+xml,%zz", "is not a data URL"],
    ["with a script", svg("<script>1</script>"), "is an SVG with a script"],
    ["with an event handler", svg("<g onload='x'/>"), "is an SVG with a script"],
    ["with a script as a link", svg("<a href='javascript:x'/>"), "is an SVG with a script"],
    ["with another document", svg("<foreignObject/>"), "is an SVG with other documents in it"],
    [
      "of more than 64 KiB",
      `data:image/png;base64,${Buffer.concat([png, Buffer.alloc(65_536)]).toString("base64")}`,
      "has 65552 bytes: make it at most 65536",
    ],
    ["that is not there", "/nowhere/logo.png", "cannot be read: ENOENT"],
  ])("%s is refused", async (_, logo, fault) => {
    await expect(openPages({ colour, logo })).rejects.toThrow(`pages.logo is invalid:\n  ${fault}`);
  });
});
