import * as v from "valibot";
import { lineLevels } from "../observe/line-level.ts";

/** What is logged, and how. */
export const log = v.optional(
  v.strictObject({
    level: v.optional(v.picklist(lineLevels), "info"),
    /** undefined = readable text at a terminal, JSON elsewhere. */
    format: v.optional(v.picklist(["json", "pretty"])),
    /** `denied`: every denial, without the limit of a minute; `all`: allowed and challenged requests too. */
    decisions: v.optional(v.picklist(["none", "denied", "all"]), "none"),
  }),
  {},
);
