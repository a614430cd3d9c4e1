import type { PlainRequest } from "./plain-policy.ts";

/** Lower case, without a trailing dot and the default port. */
export function hostOf({ host, scheme }: PlainRequest): { name: string; port: string } {
  const [, name = "", port = ""] = /^(.*?)\.?(?::(\d+))?$/.exec(host.toLowerCase()) ?? [];
  const usual = scheme === "https" ? "443" : "80";
  return { name, port: port === "" ? usual : String(Number(port)) };
}
