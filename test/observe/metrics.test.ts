import { describe, expect, it } from "vitest";
import { configureCounts, createCounts } from "../../server/observe/counts.ts";
import { writeMetrics } from "../../server/observe/metrics.ts";
import { parseScrape } from "../peers/metrics.ts";

const names = {
  site: new Set(["https://auth.example.com/"]),
  rule: new Set(["rules.0"]),
  provider: new Set(["company", 'a "quoted" \\ name\nof two lines']),
  tokenIssuer: new Set(["https://tokens.example.com"]),
};

function configured() {
  const counts = createCounts();
  configureCounts(counts, names);
  return counts;
}

/** Counts with a duration in the first bucket, in a middle one and above the last. */
function used() {
  const counts = configured();
  const durations = counts.storeSeconds.of("get", "ok");
  for (const ms of [0, 30, 60_000]) durations.since(performance.now() - ms);
  counts.decisions.add("allow", "https://auth.example.com/", "rules.0", "forwarded");
  counts.build.set(1, "1.2.3", "26.6.0");
  return counts;
}

async function seriesIn(counts: ReturnType<typeof createCounts>): Promise<number> {
  const families = [...parseScrape(await writeMetrics(counts)).values()];
  return families.reduce((sum, { samples }) => sum + samples.length, 0);
}

describe("a scrape", () => {
  it("follows the grammar, with a HELP and a TYPE of every metric and no series twice", async () => {
    const families = parseScrape(await writeMetrics(used()));

    expect(families.size).toBeGreaterThan(Object.keys(createCounts()).length + 10);
    expect(families.get("process_cpu_seconds_total")?.samples.length).toBe(1);
  });

  it("has every metric of the table, under a name of Prometheus' conventions", async () => {
    const families = parseScrape(await writeMetrics(used()));

    for (const { text, type } of Object.values(createCounts())) {
      expect(families.get(text.name)).toMatchObject({ type, help: text.help });
      const end = { counter: /_total$/, histogram: /_seconds$/, gauge: /(?<!_total)$/ }[type];
      expect(text.name).toMatch(end);
      expect(text.name).toMatch(/^doorward_[a-z_]+$/);
    }
  });

  it("has cumulative buckets that end with +Inf, a sum and a count", async () => {
    const families = parseScrape(await writeMetrics(used()));
    const own = [...families.values()].filter(
      ({ name, type }) => name.startsWith("doorward_") && type === "histogram",
    );

    expect(own.flatMap(({ samples }) => (samples.length === 0 ? [] : [samples.length]))).toEqual([
      16,
    ]);
    const samples = families.get("doorward_store_duration_seconds")?.samples ?? [];
    const buckets = samples.filter(({ name }) => name.endsWith("_bucket"));
    const [sum, count] = samples.slice(-2);
    expect(buckets.map(({ labels }) => labels.le)).toEqual([
      ...createCounts().storeSeconds.boundsSeconds.map(String),
      "+Inf",
    ]);
    expect(buckets.map(({ value }) => value)).toEqual([1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3]);
    expect(sum).toMatchObject({ name: "doorward_store_duration_seconds_sum" });
    expect(sum?.value).toBeCloseTo(60.03, 1);
    expect(count).toEqual({
      name: "doorward_store_duration_seconds_count",
      labels: { operation: "get", result: "ok" },
      value: 3,
    });
  });

  it("escapes label values", async () => {
    expect(await writeMetrics(used())).toContain(
      'doorward_sessions_opened_total{provider="a \\"quoted\\" \\\\ name\\nof two lines"} 0',
    );
  });

  it("begins at 0 whatever the code or the configuration lists", async () => {
    const text = await writeMetrics(configured());

    expect(text).toContain('doorward_refusals_total{reason="malformed"} 0');
    expect(text).toContain('doorward_sign_ins_total{provider="company",result="denied"} 0');
    expect(text).toContain('doorward_config_reloads_total{result="rejected"} 0');
  });
});

describe("a new configuration", () => {
  it("keeps the series of what it has, and drops the others", () => {
    const counts = configured();
    counts.decisions.add("allow", "https://auth.example.com/", "rules.0", "forwarded");
    counts.decisions.add("allow", "https://auth.example.com/", "rules.1", "forwarded");
    counts.decisions.add("allow", "https://auth.example.com/", "access", "forwarded");
    counts.decisions.add("deny", "none", "none", "forwarded");
    counts.decisions.add("allow", "https://old.example.com/", "access", "forwarded");
    counts.signIns.add("company", "denied");

    configureCounts(counts, { ...names, provider: new Set(["company"]) });

    expect(counts.decisions.all.map(({ values: [, site, rule] }) => `${site} ${rule}`)).toEqual([
      "https://auth.example.com/ rules.0",
      "https://auth.example.com/ access",
      "none none",
    ]);
    expect(counts.signIns.of("company", "denied").value).toBe(1);
    expect(new Set(counts.opened.all.map(({ values: [provider] }) => provider))).toEqual(
      new Set(["company"]),
    );
  });

  it("keeps a series of an issuer of tokens, and begins none", () => {
    const counts = configured();
    const series = () => counts.issuerUp.all.map(({ values: [provider] }) => provider);

    counts.issuerUp.of("https://tokens.example.com");
    counts.issuerUp.of("https://old.example.com");
    configureCounts(counts, names);

    expect(series()).toEqual(["https://tokens.example.com"]);
    expect(counts.signIns.all.map(({ values: [provider] }) => provider)).not.toContain(
      "https://tokens.example.com",
    );
  });

  it("leaves as many series as the first one, after 1,000 of them with other names", async () => {
    const counts = configured();
    const first = await seriesIn(counts);

    for (let round = 0; round < 1_000; round++) {
      configureCounts(counts, { ...names, provider: new Set([`a${round}`, `b${round}`]) });
      counts.decisions.add("deny", `https://${round}.example.com/`, "access", "forwarded");
      counts.issuerSeconds.of(`a${round}`, "token", "ok").since(0);
    }
    configureCounts(counts, names);

    expect(await seriesIn(counts)).toBe(first);
  });
});
