import { describe, expect, it } from "vitest";
import { samplePages } from "../../docs/sample-pages.ts";
import { languages } from "../../server/pages/languages/languages.ts";
import { deniedPage } from "../../server/pages/denied-page.ts";
import { signInPage } from "../../server/pages/sign-in-page.ts";
import { createShowPage } from "../../server/pages/show-page.ts";

const show = createShowPage({ colour: "#2f5d8a" });
const names = Object.keys(samplePages);

function headersOf({ headers }: { headers: readonly string[] }): Map<string, string> {
  return new Map(
    headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? ""]] : [])),
  );
}

describe("every page", () => {
  it.each(names)("is under 12 KB in each language, with all of its pictures: %s", (name) => {
    const page = samplePages[name];
    const sizes = languages.map(({ tag }) => page && Buffer.byteLength(show(page, tag).body));

    expect(Math.max(...sizes.map((size) => size ?? Infinity))).toBeLessThan(12 * 1024);
  });

  it.each(names)("offers a next step: %s", (name) => {
    expect(samplePages[name]?.actions?.length).toBeGreaterThan(0);
  });

  it.each(names)(
    "loads nothing, runs nothing, and is framed by none but the page about frames: %s",
    (name) => {
      const page = samplePages[name];
      const response = page && show(page, "en");
      const headers = headersOf(response ?? { headers: [] });
      const policy = headers.get("Content-Security-Policy") ?? "";

      expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; /);
      expect(
        policy.endsWith(name === "framed" ? "frame-ancestors *" : "frame-ancestors 'none'"),
      ).toBe(true);
      expect(headers.get("X-Frame-Options")).toBe(name === "framed" ? undefined : "DENY");
      expect(response?.body).not.toMatch(/<script|<form|<link|<iframe|\son\w+=|src="(?!data:)/);
    },
  );

  it("names its language and the direction of it", () => {
    const page = samplePages.choose;
    if (page === undefined) throw new Error("the sample has no page to choose");

    expect(show(page, "ar").body).toContain('<html lang="ar" dir="rtl">');
    expect(show(page, "ja").body).toContain('<html lang="ja" dir="ltr">');
    expect(headersOf(show(page, "pl")).get("Content-Language")).toBe("pl");
  });
});

describe("a name on a page", () => {
  const page = (name: string) =>
    show(
      deniedPage(
        {
          issuer: "https://id.example.com",
          subject: "s",
          email: name,
          groups: [],
          name: undefined,
          preferredUsername: undefined,
          provider: "company",
          claims: {},
        },
        name,
        { otherAccount: "https://auth.example.com/start" },
        { requestId: "1", fields: [] },
      ),
      "en",
    ).body;

  it.each([
    [
      "with markup",
      `<script>alert(1)</script>"'&`,
      "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;",
    ],
    [
      "in Mustache's language",
      "{{texts.own.title}}{{> style}}",
      "{{texts.own.title}}{{&gt; style}}",
    ],
    ["with emoji", "👩🏽‍🚀 Ada", "👩🏽‍🚀 Ada"],
    ["that turns the direction of what follows", "ada\u202Egro.live@\u2066x", "adagro.live@x"],
    ["with control characters", "a\u0000d\na\u009b", "ada"],
    ["of 400 characters", "é".repeat(400), `${"é".repeat(300)}…`],
  ])("is text: %s", (_, name, shown) => {
    expect(page(name)).toContain(`<bdi>${shown}</bdi>`);
    expect(page(name)).not.toContain("<script");
  });

  it("is text in the mark of a provider too", () => {
    const body = show(
      signInPage(200, [
        {
          href: "https://auth.example.com/start",
          provider: { label: `"><svg onload=x>`, mark: undefined },
        },
      ]),
      "en",
    ).body;

    expect(body).not.toContain("<svg");
    expect(body).toContain(encodeURIComponent(">S</text>"));
  });
});

describe("the brand", () => {
  const page = samplePages.choose;
  if (page === undefined) throw new Error("the sample has no page to choose");

  it("has a name, a logo, a way to help and a line at the foot", () => {
    const { body } = createShowPage({
      name: "Müller & Söhne",
      logo: "data:image/png;base64,AAAA",
      colour: "#7a1f1f",
      support: "help@example.com",
      footer: "Imprint: example.com/imprint",
    })(page, "de");

    expect(body).toContain("<title>Anmelden · Müller &amp; Söhne</title>");
    expect(body).toContain('<img src="data:image/png;base64,AAAA" alt="">');
    expect(body).toContain('<a href="mailto:help@example.com">');
    expect(body).toContain("Imprint: example.com/imprint");
    expect(body).toContain("--accent:#7a1f1f");
  });

  it("leads to a URL of support as it is", () => {
    const { body } = createShowPage({
      colour: "#2f5d8a",
      support: "https://help.example.com/a?b=1",
    })(page, "en");

    expect(body).toContain('<a href="https://help.example.com/a?b=1">');
  });
});
