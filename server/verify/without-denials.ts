import type { AppContext } from "../context.ts";
import type { Audit } from "../observe/audit.ts";
import { Counter } from "../observe/counter.ts";
import type { Counts } from "../observe/counts.ts";
import type { RefusalReason } from "../observe/visitor-metrics.ts";

/** The refusals that are logged as `denied`. */
const reasonsOfDenials: ReadonlySet<RefusalReason> = new Set(["unknown_host", "no_return"]);

/**
 * The app for a question whose denial is logged and counted already. Whatever else is found, such as a wrong password,
 * leaves its line and its count.
 */
export function withoutDenials(app: AppContext): AppContext {
  return { ...app, audit: otherEvents(app.audit), counts: otherCounts(app.counts) };
}

function otherEvents(audit: Audit): Audit {
  return (event, ...line) => {
    if (event !== "denied") audit(event, ...line);
  };
}

function otherCounts(counts: Counts): Counts {
  const { decisions, refusals } = counts;
  return {
    ...counts,
    decisions: new PartialCounter(decisions, ([outcome]) => outcome !== "deny"),
    refusals: new PartialCounter(refusals, ([reason]) => !reasonsOfDenials.has(reason)),
  };
}

/** Counts in `counter`, except for what `counts` rejects: no one reads that. */
class PartialCounter<const Values extends readonly string[]> extends Counter<Values> {
  readonly #counter: Counter<Values>;
  readonly #counts: (values: Values) => boolean;

  constructor(counter: Counter<Values>, counts: (values: Values) => boolean) {
    super(counter.text);
    this.#counter = counter;
    this.#counts = counts;
  }

  override of(...values: Values) {
    return this.#counts(values) ? this.#counter.of(...values) : super.of(...values);
  }
}
