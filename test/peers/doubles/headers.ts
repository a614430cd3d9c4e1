export type Header = readonly [name: string, value: string];

export function valueOf(headers: readonly Header[], name: string): string | undefined {
  return headers.find(([own]) => own.toLowerCase() === name.toLowerCase())?.[1];
}

export function without(headers: readonly Header[], ...names: readonly string[]): Header[] {
  const dropped = new Set(names.map((name) => name.toLowerCase()));
  return headers.filter(([name]) => !dropped.has(name.toLowerCase()));
}

/** Replaces all headers of that name with one. */
export function setting(headers: readonly Header[], name: string, value: string): Header[] {
  return [...without(headers, name), [name, value]];
}

/** Removes the hop-by-hop headers (RFC 9110 §7.6.1), including those that `Connection` names. */
export function endToEnd(headers: readonly Header[]): Header[] {
  return without(headers, ...nominated(headers), ...hopByHop);
}

export const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
] as const;

/** The names in `Connection`. */
function nominated(headers: readonly Header[]): string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === "connection")
    .flatMap(([, value]) => value.split(",").map((name) => name.trim().toLowerCase()))
    .filter((name) => name !== "");
}
