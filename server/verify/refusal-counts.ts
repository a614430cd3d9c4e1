import type { Site } from "../config/site.ts";
import type { Dialect } from "../forwarded/dialects.ts";
import type { Counts } from "../observe/counts.ts";
import type { DecisionOutcome, RefusalReason } from "../observe/visitor-metrics.ts";
import { none } from "../observe/series.ts";

/** What is known of a request that is refused. */
interface Refused {
  readonly site?: Pick<Site, "name"> | undefined;
  readonly dialect?: Dialect | undefined;
}

/** Counts an answer of `/verify` that no rule and no list decided: as an answer, and by its reason. */
export function countRefusal(
  { decisions, refusals }: Pick<Counts, "decisions" | "refusals">,
  outcome: DecisionOutcome,
  reason: RefusalReason,
  { site, dialect }: Refused = {},
): void {
  decisions.add(outcome, site?.name ?? none, none, dialect?.name ?? none);
  refusals.add(reason);
}
