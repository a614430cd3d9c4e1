import type { AppContext } from "../context.ts";
import type { Audit } from "../observe/audit.ts";
import { Counter } from "../observe/counter.ts";
import type { Counts } from "../observe/counts.ts";
import type { DecisionOutcome, RefusalReason } from "../observe/visitor-metrics.ts";

/** The refusals with 403 besides those by a rule: after each of them nginx asks for the page. */
const forbidden: ReadonlySet<string> = new Set<RefusalReason>([
  "unknown_host",
  "no_return",
  "identity_header",
  "insufficient_scope",
]);

/** The outcomes of the first question. */
const counted: ReadonlySet<DecisionOutcome> = new Set<DecisionOutcome>(["deny", "refused"]);

/**
 * The app for a question whose denial is logged and counted already. Whatever else is found, such as a wrong password,
 * leaves its line and its count.
 */
export function withoutDenials(app: AppContext): AppContext {
  return { ...app, audit: otherEvents(app.audit), counts: otherCounts(app.counts) };
}

function otherEvents(audit: Audit): Audit {
  return (event, reason, ...line) => {
    if (event !== "denied" && !forbidden.has(String(reason))) audit(event, reason, ...line);
  };
}

function otherCounts(counts: Counts): Counts {
  const { decisions, refusals } = counts;
  return {
    ...counts,
    decisions: new PartialCounter(decisions, ([outcome]) => !counted.has(outcome)),
    refusals: new PartialCounter(refusals, ([reason]) => !forbidden.has(reason)),
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
