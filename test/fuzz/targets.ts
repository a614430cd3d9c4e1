import { bytesTarget } from "./bytes-target.ts";
import { claimsTarget } from "./claims-target.ts";
import { configTarget } from "./config-target.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { redirectTarget } from "./redirect-target.ts";
import { verifyTarget } from "./verify-target.ts";

/** Every target; a new one needs only a line here. */
export const targets: readonly FuzzTarget[] = [
  verifyTarget,
  redirectTarget,
  claimsTarget,
  configTarget,
  bytesTarget,
];
