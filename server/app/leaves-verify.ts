import { readPath } from "../policy/path-readings.ts";

/** Two dots, each as it is or encoded; a NUL, which some servers drop between them; or an overlong encoding (RFC 3629 §3). */
const mayLeave = /(?:\.|%2e){2}|%(?:00|c[01]|[ef]0%80)/i;

/** Reading a longer path of this kind costs more than a verdict, and no real app has one. */
const longest = 1_024;

/**
 * Whether a server may read a path below `/verify` as one elsewhere. nginx and Caddy hide `/verify` from visitors by the
 * path that they decode and resolve, and pass on the one that was sent: `/verify/..%2fstart` is `/start` to them, and here it
 * would be a question of Envoy about `/..%2fstart`, whose answer has the visitor's identity.
 */
export function leavesVerify(base: string, url: string): boolean {
  const end = url.indexOf("?");
  const path = end === -1 ? url : url.slice(0, end);
  // No reading decodes more than twice.
  if (!mayLeave.test(path) && !(path.includes("%") && mayLeave.test(decodedOnce(path))))
    return false;
  if (path.length > longest) return true;
  const own = `${base}/verify`.split("/").slice(1);
  return readPath(path).readings.some((segments) =>
    own.some((segment, index) => segments[index] !== segment),
  );
}

function decodedOnce(path: string): string {
  return path.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
