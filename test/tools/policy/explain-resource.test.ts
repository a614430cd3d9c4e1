import { expect, it } from "vitest";
import {
  explain,
  explanationJson,
  explanationLines,
} from "../../../server/tools/policy/explain.ts";
import { explanationOf } from "../../../server/tools/policy/explanation.ts";
import { compilePolicy } from "../../../server/tools/policy/policy.ts";
import { readUrl } from "../../../server/tools/policy/requested-url.ts";
import { configOf } from "../../peers/doorward.ts";

const config = configOf({
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "x" } },
  access: { anyone: true },
  rules: [{ host: "mcp.example.com", path: "/mcp/**", bearer: { metadata: true } }],
});

const about =
  "resource: https://mcp.example.com/mcp, for tokens of https://id.example.com; metadata at https://mcp.example.com/.well-known/oauth-protected-resource/mcp";

it("explain names the resource of the rule that decides", async () => {
  const url = "https://mcp.example.com/mcp/x";
  const found = await explain(config, url, {}, 0);
  const other = await explain(config, "https://mcp.example.com/", {}, 0);

  expect(explanationLines(found).slice(2)).toEqual([
    "rules.0: matches",
    about,
    "challenge by rules.0",
  ]);
  expect(explanationLines(other)).not.toContain(about);
  expect(JSON.parse(explanationJson(url, found)).resource).toEqual({
    identifier: "https://mcp.example.com/mcp",
    issuers: ["https://id.example.com"],
    metadata: "https://mcp.example.com/.well-known/oauth-protected-resource/mcp",
  });
  expect(JSON.parse(explanationJson(url, other)).resource).toBeNull();
});

it("the resources of a configuration are made once, however many cases need them", async () => {
  const policy = compilePolicy(config);
  const asked = {
    request: readUrl("https://mcp.example.com/mcp/x", "GET"),
    address: undefined,
    isPreflight: false,
  };

  const [first, second] = [
    await explanationOf(policy, asked, {}, 0),
    await explanationOf(policy, asked, {}, 0),
  ];

  expect(first.resource).toBeDefined();
  expect(second.resource).toBe(first.resource);
});
