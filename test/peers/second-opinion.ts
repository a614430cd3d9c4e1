import { headersFor, openExchange, proxyHeaders, type Exchange } from "./opinion-exchange.ts";
import { cookieDomain, OpinionWorld } from "./opinion-world.ts";
import { plainOpinion, type Opinion } from "./plain-policy.ts";
import { randomRequest } from "./random-policy.ts";
import { randomFrom, type Random } from "./random.ts";

/** The result of a comparison of `/verify` with the plain policy. */
interface Comparison {
  readonly seed: number;
  readonly questions: number;
  /** How often the plain policy gave each verdict. */
  readonly verdicts: Readonly<Record<Opinion["verdict"], number>>;
  /** How often each change was made between the questions. */
  readonly steps: Readonly<Record<string, number>>;
  /** One line for each question that both answer differently. */
  readonly differences: readonly string[];
}

const statusOf = { allow: 200, challenge: 401, deny: 403 } as const;
const sessionsAtFirst = 12;
/** The questions between two steps. They are asked at once. */
const batch = 32;

/**
 * Asks a running doorward random questions over HTTP, and compares each answer with the plain policy. In between it
 * reloads the configuration, changes what issuers say about people, and opens, revokes and signs out sessions.
 */
export async function compareOpinions({
  seed,
  questions,
}: Pick<Comparison, "seed" | "questions">): Promise<Comparison> {
  const random = randomFrom(seed);
  const world = new OpinionWorld(random);
  await world.reload();
  const exchange = await openExchange((request, response) => world.app.listener(request, response));
  const verdicts = { allow: 0, challenge: 0, deny: 0 };
  const steps: Record<string, number> = {};
  const differences: string[] = [];
  try {
    for (let count = 0; count < sessionsAtFirst; count++) await world.signIn();
    for (let asked = 0; asked < questions; asked += batch) {
      const step = random.pick(Object.keys(world.steps));
      await world.steps[step]?.();
      steps[step] = (steps[step] ?? 0) + 1;
      const size = Math.min(batch, questions - asked);
      const one = () => compareOne(world, exchange, random);
      for (const { verdict, difference } of await Promise.all(Array.from({ length: size }, one))) {
        verdicts[verdict]++;
        differences.push(...difference);
      }
    }
  } finally {
    exchange.close();
    await world.app.close();
  }
  return { seed, questions, verdicts, steps, differences };
}

async function compareOne(
  world: OpinionWorld,
  exchange: Exchange,
  random: Random,
): Promise<{ verdict: Opinion["verdict"]; difference: string[] }> {
  const { settings, clock, site, held } = world;
  const request = randomRequest(random, settings.rules);
  const session = held.length === 0 || random.once(4) ? undefined : random.pick(held);
  const person = session?.isOver === false ? session : undefined;
  const opinion = plainOpinion({ cookieDomain, ...settings }, request, person, clock.now);
  const { verdict, shown } = opinion;
  const headers = proxyHeaders(request, random.once(3));
  if (session !== undefined) headers["Cookie"] = `${site.sessionCookieName}=${session.token}`;
  const query = new URLSearchParams(request.narrowing.map((entry) => [...entry])).toString();
  const seen = await exchange.ask(`/verify${query && `?${query}`}`, headers);
  const status = statusOf[verdict];
  // A refusal has no identity headers.
  const isSame = seen.status === status && (status !== 200 || seen.shown === headersFor(shown));
  if (isSame) return { verdict, difference: [] };
  const context = JSON.stringify({ request, person, isOver: session?.isOver, settings });
  const expected = `${status} ${status === 200 ? headersFor(shown) : ""}`;
  const difference = `/verify: ${seen.status} ${seen.shown}; plain policy: ${expected}; ${context}`;
  return { verdict, difference: [difference] };
}
