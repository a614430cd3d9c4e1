import type { WrittenHost } from "./written-host.ts";

/** The addresses of the sites of a Caddyfile, and the hosts of its `host` matchers. */
export function caddyHosts(text: string): WrittenHost[] {
  const found: WrittenHost[] = [];
  let depth = 0;
  let pending = "";
  for (const [index, whole] of text.split("\n").entries()) {
    const line = whole.replace(/(^|\s)#.*$/, "").trim();
    const opens = /(?:^|\s)\{$/.test(line);
    if (depth === 0) {
      // The addresses of one site can stand in several lines, with a comma at the end of each.
      pending = `${pending} ${line.replace(/\{$/, "")}`.trim();
      if (!line.endsWith(",")) {
        if (opens && isSite(pending)) found.push({ line: index + 1, written: pending });
        pending = "";
      }
    } else {
      const [, hosts] = /^(?:@\S+\s+)?host\s+(.+)$/.exec(line) ?? [];
      if (hosts !== undefined) found.push({ line: index + 1, written: hosts });
    }
    if (opens) depth++;
    else if (line === "}") depth = Math.max(0, depth - 1);
  }
  return found;
}

/** Neither the global options, which have no name, nor a snippet or a named route. */
function isSite(addresses: string): boolean {
  return addresses !== "" && !/^[(&]/.test(addresses);
}
