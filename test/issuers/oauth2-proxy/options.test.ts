import { expect, it } from "vitest";
import {
  flagNames,
  options,
  type OptionKind,
} from "../../../server/tools/import/oauth2-proxy-options.ts";
import { runOAuth2Proxy } from "../../peers/oauth2-proxy.ts";

/** Flags that oauth2-proxy reads from its command line alone: they print something and end it. */
const commands = new Set(["config-test", "convert-config-to-alpha", "version"]);

const kinds: Readonly<Record<string, OptionKind>> = {
  string: "text",
  strings: "list",
  duration: "duration",
  int: "number",
  "": "switch",
};

interface Flag {
  readonly flag: string;
  /** undefined = its description has a placeholder where others have their type. */
  readonly kind: OptionKind | undefined;
}

function flags(): Flag[] {
  const lines = runOAuth2Proxy(["--help"]).output.matchAll(/^ +--([a-z0-9-]+)(?: (\S+))? {2,}/gm);
  return [...lines].map(([, flag = "", type = ""]) => ({ flag, kind: kinds[type] }));
}

it.each(["--email-domains=example.com", "--upstreams=static://202"])(
  "the real oauth2-proxy refuses the plural of a list as a flag: %s",
  (flag) => {
    expect(runOAuth2Proxy([...usable, flag])).toMatchObject({
      status: 2,
      output: expect.stringContaining("unknown flag"),
    });
  },
);

it("the table of options has every flag of the real oauth2-proxy, and no other", () => {
  const real = flags().filter(({ flag }) => !commands.has(flag));
  const inAlphaAlone = new Set([
    "injectRequestHeaders",
    "injectResponseHeaders",
    "loginURLParameters",
  ]);

  expect(real.length).toBeGreaterThan(150);
  expect(new Set(flagNames.keys())).toEqual(new Set(real.map(({ flag }) => flag)));
  const named = new Set(flagNames.values());
  expect(named).toEqual(new Set(options.keys().filter((name) => !inAlphaAlone.has(name))));
});

it("the kinds of the table are those of the flags", () => {
  // These switches of the configuration file are flags with a text.
  const texts = /^google-use-/;
  const compared = flags().filter(
    ({ flag, kind }) => kind !== undefined && !commands.has(flag) && !texts.test(flag),
  );

  const ours = compared.map(({ flag }) => ({ flag, kind: options.get(flagNames.get(flag) ?? "") }));

  expect(ours).toEqual(compared);
});

const usable = [
  "--client-id=door",
  "--client-secret=secret",
  "--cookie-secret=0123456789abcdef0123456789abcdef",
  "--email-domain=example.com",
  "--config-test",
];

it.each(["EMAIL_DOMAIN", "ALLOWED_GROUP", "UPSTREAM", "SERVICE_HOST", "CONFIG", "ALPHA_CONFIG"])(
  "the real oauth2-proxy ignores an variable such as OAUTH2_PROXY_%s",
  (name) => {
    const environment = { [`OAUTH2_PROXY_${name}`]: "unusable" };

    expect(runOAuth2Proxy(usable, environment)).toMatchObject({ status: 0 });
  },
);

it("the real oauth2-proxy refuses an unknown flag", () => {
  expect(runOAuth2Proxy([...usable, "--emails=x"]).status).not.toBe(0);
});
