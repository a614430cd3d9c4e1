import { readPath } from "../policy/path-readings.ts";

/**
 * Whether a server may read a path below `/verify` as one elsewhere. nginx and Caddy hide `/verify` from visitors by the
 * path that they decode and resolve, and pass on the one that was sent: `/verify/..%2fstart` is `/start` to them, and here it
 * would be a question of Envoy about `/..%2fstart`, whose answer has the visitor's identity.
 */
export function leavesVerify(base: string, path: string): boolean {
  if (!path.includes("..") && !path.includes("%")) return false;
  const own = `${base}/verify`.split("/").slice(1);
  const { readings } = readPath(path);
  // Without a reading, the path is too long to tell.
  return (
    readings.length === 0 ||
    readings.some((segments) => own.some((segment, index) => segments[index] !== segment))
  );
}
