import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { brokenLinks } from "../../docs/site/broken-links.ts";
import { contents, parseContents } from "../../docs/site/contents.ts";
import { siteLink } from "../../docs/site/links.ts";
import { trackedFiles } from "../../docs/source-files.ts";

describe('the section "The manual" in README.md', () => {
  it("lists every page of the repository once", () => {
    const pages = trackedFiles().filter((file) => file.endsWith(".md") && file !== "README.md");

    const listed = contents().flatMap(({ entries }) => entries.map(({ file }) => file));

    expect(listed.toSorted()).toEqual(pages.toSorted());
  });

  it("has groups with a bold title, and ignores links to anchors and other sections", () => {
    const section = "- **Start**: [Quick\n  start](a.md) (five [minutes](a.md#b)).\n";
    const readme = `## Before\n\n- [x](x.md)\n\n## The manual\n\n${section}\n## After\n\n- [y](y.md)\n`;

    expect(parseContents(readme)).toEqual([
      { title: "Start", entries: [{ title: "Quick start", file: "a.md" }] },
    ]);
    expect(() => parseContents(readme.replaceAll("**", ""))).toThrow("group in bold: Start");
  });
});

describe("a link of a page", () => {
  const pages = new Set([
    "README.md",
    "docs/rules.md",
    "deploy/README.md",
    "deploy/nginx/README.md",
  ]);
  const linkOf = (page: string, href: string) => siteLink(page, href, pages);

  it("leads to a page, with its anchor", () => {
    expect(linkOf("deploy/nginx/README.md", "../../docs/rules.md#outcomes")).toEqual({
      href: "../../docs/rules.md#outcomes",
    });
    expect(linkOf("docs/rules.md", "../README.md#install")).toEqual({
      href: "../index.md#install",
    });
    expect(linkOf("deploy/README.md", "nginx")).toEqual({ href: "./nginx/index.md" });
  });

  it("leads to a copy of a file, as text if it is code", () => {
    expect(linkOf("deploy/README.md", "doorward.yaml")).toEqual({
      href: "./doorward.yaml",
      file: "deploy/doorward.yaml",
    });
    expect(linkOf("docs/rules.md", "source-files.ts#L1")).toEqual({
      href: "./source-files.ts.txt#L1",
      file: "docs/source-files.ts",
    });
    expect(linkOf("README.md", "Dockerfile")).toEqual({
      href: "./Dockerfile.txt",
      file: "Dockerfile",
    });
  });

  it("stays as it is if it leads to another site or within the page", () => {
    expect(linkOf("README.md", "https://example.com/")).toBeUndefined();
    expect(linkOf("README.md", "#install")).toBeUndefined();
  });

  it.each(["no-such-file.md", "docs", "docs/storage.md", "../outside.yaml", "no-such-file.yaml"])(
    "is rejected if it leads to %s, which is no page and no file",
    (href) => {
      expect(() => linkOf("README.md", href)).toThrow(
        `README.md: the link "${href}" leads to no page`,
      );
    },
  );
});

describe("the check of a built site", () => {
  const folder = mkdtempSync(join(tmpdir(), "doorward-site-links-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("finds links to no file, to no anchor and out of the base, and pictures of other sites", () => {
    mkdirSync(join(folder, "deploy"));
    writeFileSync(join(folder, "deploy/index.html"), '<h1 id="one">');
    writeFileSync(join(folder, "file.yaml"), "");
    const good = ["deploy/", "./deploy/#one", "/base/deploy/index.html", "file.yaml", "", "#here"];
    const bad = [
      "gone.html",
      "deploy/#two",
      "#two",
      "/deploy/",
      "../file.yaml",
      "file.yaml#x",
      "deploy",
    ];
    const anchors = [...good, ...bad, "https://example.com/x"].map((href) => `<a href="${href}">`);
    const badge = "https://example.com/badge.svg";
    const pictures = `<img id="here" src="gone.png"><img src="data:,"><img src="${badge}">`;
    const rest = `${pictures}<link href="gone.css"><a href="?a=1&amp;b=2#here">`;
    writeFileSync(join(folder, "index.html"), `${anchors.join("")}${rest}`);

    expect(brokenLinks(folder, "/base/").toSorted()).toEqual(
      [...bad, "gone.png", "gone.css", badge].map((link) => `index.html: ${link}`).toSorted(),
    );
  });
});
