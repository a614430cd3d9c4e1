import type { Dialect } from "../forwarded/dialects.ts";
import type { Count } from "../observe/counter.ts";
import type { Counts } from "../observe/counts.ts";
import type { VerifyContext } from "./verify-context.ts";

type ByRule = Map<string, Count>;

/**
 * The counts of allows. Every request has one, so it is found without joining its label values: they differ from one
 * request to the next if there are many hosts.
 */
export class AllowCounts {
  readonly #decisions: Counts["decisions"];
  /** By the name of the site. Only what has allowed a request has an entry. */
  readonly #bySite = new Map<string, Map<Dialect, ByRule>>();

  constructor({ decisions }: Pick<Counts, "decisions">) {
    this.#decisions = decisions;
  }

  of({ site, dialect }: Pick<VerifyContext, "site" | "dialect">, rule: string): Count {
    const byRule = this.#bySite.get(site.name)?.get(dialect) ?? this.#begin(site.name, dialect);
    const known = byRule.get(rule);
    if (known !== undefined) return known;
    const count = this.#decisions.of("allow", site.name, rule, dialect.name);
    byRule.set(rule, count);
    return count;
  }

  #begin(site: string, dialect: Dialect): ByRule {
    const byDialect = this.#bySite.get(site) ?? new Map<Dialect, ByRule>();
    const byRule: ByRule = new Map();
    this.#bySite.set(site, byDialect.set(dialect, byRule));
    return byRule;
  }
}
