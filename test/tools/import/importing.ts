import { parseYAML } from "confbox";
import * as v from "valibot";
import { importOAuth2Proxy } from "../../../server/tools/import/oauth2-proxy.ts";
import type { ImportFile } from "../../../server/tools/import/setting.ts";

/** The minimum that oauth2-proxy needs to start. */
export const least = [
  'client_id = "door"',
  'client_secret = "the door\'s own secret"',
  'redirect_url = "https://auth.example.com/oauth2/callback"',
  'email_domains = "example.com"',
];

/** The access of email_domains `*` with these groups. */
export function ofGroups(...groups: string[]): Record<string, unknown> {
  return { all: [{ verified: true }, { groups }] };
}

const settings = v.record(v.string(), v.unknown());

/** An import for assertions: parsed settings, and one line per note and problem. */
export function imported(
  text: string | readonly string[],
  {
    name = "oauth2-proxy.cfg",
    beside = {},
    more = [],
    service,
    environment = {},
  }: {
    name?: string;
    beside?: Record<string, string>;
    more?: readonly ImportFile[];
    service?: string;
    environment?: Record<string, string>;
  } = {},
) {
  const file = { name, text: typeof text === "string" ? text : text.join("\n") };
  const files = new Map(Object.entries(beside));
  const read = (path: string) => {
    const found = files.get(path);
    if (found === undefined) throw new Error(`ENOENT: ${path}`);
    return found;
  };
  const { yaml, notes, problems } = importOAuth2Proxy([file, ...more], read, {
    service,
    environment,
    readFile: (path) => files.get(path),
  });
  return {
    yaml,
    config: yaml === undefined ? undefined : v.parse(settings, parseYAML(yaml)),
    notes: notes.map(({ kind, subject, message }) => `${kind}: ${subject}: ${message}`),
    problems: problems.map(({ place, message }) => `${place}: ${message}`),
  };
}
