/** The address of a visitor: the rightmost one that is no trusted proxy (here: loopback and private networks). */
export function plainAddress(forwardedFor: string | undefined): string | undefined {
  const entries = (forwardedFor ?? "").split(",").map((entry) => entry.trim());
  for (const entry of entries.toReversed()) {
    const bits = bitsOf(entry);
    if (bits === "") return undefined;
    if (!proxies.some((range) => isInRange(bits, range))) return entry;
  }
  return undefined;
}

const proxies = [
  "127.0.0.0/8",
  "::1/128",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
];

/** The bits of an address as text; "" = it is none. */
export function bitsOf(address: string): string {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const bytes = address.split(".").map(Number);
    return bytes.every((byte) => byte < 256) ? bytes.map((byte) => binary(byte, 8)).join("") : "";
  }
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(":")) return "";
  const [head = "", tail = ""] = address.split("::");
  const before = head.split(":").filter(Boolean);
  const after = tail.split(":").filter(Boolean);
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after]
    .map((group) => binary(Number.parseInt(group, 16), 16))
    .join("");
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, "0");
}

export function isInRange(bits: string, range: string): boolean {
  const [address = "", prefix] = range.split("/");
  const own = bitsOf(address);
  return own.length === bits.length && bits.startsWith(own.slice(0, Number(prefix ?? own.length)));
}
