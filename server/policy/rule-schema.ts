import * as v from "valibot";
import { bearer } from "./bearer-schema.ts";
import { checkedString } from "../values/leaves.ts";
import { conditionEntries } from "./conditions.ts";
import { outcomeEntries } from "./outcomes.ts";

/** The credentials in `Authorization` that a rule accepts instead of a session. */
const credentialEntries = {
  bearer: v.optional(bearer),
  /** Passwords of the file in `users`. */
  basic: v.optional(v.literal(true)),
};

const labelEntries = {
  /** What pages call the app: "Sign in to open Grafana". */
  label: v.optional(
    v.pipe(
      checkedString((written) =>
        written.trim() === "" || written.length > 80
          ? "is not a label: use 1 to 80 characters"
          : undefined,
      ),
      v.metadata({ pattern: "\\S", maxLength: 80 }),
    ),
  ),
};

const effectEntries = { ...outcomeEntries, ...credentialEntries };

/** Conditions, all of which must hold, and what follows then. */
export const rule = v.strictObject({ ...conditionEntries, ...effectEntries, ...labelEntries });

export type RuleConfig = v.InferOutput<typeof rule>;

/** The settings of a rule that are not conditions: a rule has at least one of them. */
export const effectNames: readonly string[] = Object.keys(effectEntries);

/** The settings of a rule that this version does not know. The schema refuses them first. */
export function unknownSettings(config: RuleConfig): string[] {
  return Object.keys(config).filter((name) => !Object.hasOwn(rule.entries, name));
}
