import type { Identity } from "../identity/identity.ts";
import type { ReasonOf } from "../observe/events.ts";
import type { StepUp } from "../identity/step-up.ts";
import type { Gaps } from "./gaps.ts";

/** challenge = sign in (again), deny = no sign-in of this identity would help. `rule` names what decided. */
export type Decision =
  | { readonly verdict: "allow"; readonly rule: string; readonly showing?: Showing }
  | { readonly verdict: "challenge"; readonly rule: string; readonly stepUp?: StepUp }
  | {
      readonly verdict: "deny";
      readonly rule: string;
      readonly reason: string;
      /** The same as a code, for the log. */
      readonly code: ReasonOf<"denied">;
      /** What the identity lacks of what the lists compare, for the log. */
      readonly gaps?: Gaps | undefined;
    };

/** What an allow may pass to the app: nothing about the sender of a preflight; no token on a public page. */
type Showing = "nothing" | "identity";

/** Who sends the request: an identity if signed in, and the time in milliseconds since the epoch. */
export interface Visitor {
  readonly identity: Identity | undefined;
  readonly now: number;
}

const severity = { allow: 0, challenge: 1, deny: 2 };

/** The more restrictive of two decisions; the first where both are equal. */
export function stricter(one: Decision | undefined, other: Decision): Decision {
  return one !== undefined && severity[one.verdict] >= severity[other.verdict] ? one : other;
}
