import type { Result } from "./comparison.ts";
import type { Field, Present } from "./field.ts";
import { startGatekeeper, type Gatekeeper } from "./gatekeeper.ts";
import { compareRequests } from "./requests.ts";
import { signIn } from "./sign-in.ts";
import { compareSignIns, type SignInAmount } from "./sign-ins.ts";

interface TrafficAmount extends SignInAmount {
  /** Of requests, in each round. */
  readonly seconds: number;
}

/** Requests and sign-ins, by key. Variants with Redis are compared with a doorward with Redis, the others with the default. */
export async function compareTraffic(
  field: Field,
  amount: TrafficAmount,
): Promise<[string, Result][]> {
  const found: [string, Result][] = [];
  for (const usesRedis of [false, true]) {
    const present = field.present.filter(({ variant }) => variant.usesRedis === usesRedis);
    if (present.length === 0) continue;
    const door = await startGatekeeper(await field.prepareDoorward(usesRedis));
    for (const one of present) found.push(...(await compareOne(field, door, one, amount)));
    await door.close();
  }
  return found;
}

async function compareOne(
  { issuer }: Field,
  door: Gatekeeper,
  { variant, prepare }: Present,
  amount: TrafficAmount,
): Promise<[string, Result][]> {
  const other = await startGatekeeper(await prepare());
  const pair = { door, other };
  const sessions = { door: await signIn(door, issuer), other: await signIn(other, issuer) };
  const requests = await compareRequests(pair, sessions, variant.shapes, amount);
  const signIns = await compareSignIns(pair, issuer, amount);
  await other.close();
  return [
    [`request${variant.id}`, requests],
    [`signIn${variant.id}`, signIns],
  ];
}
