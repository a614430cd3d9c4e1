import { startHostileIssuer, type HostileIssuer } from "../../test/peers/hostile-issuer.ts";
import { startRedis, type RedisServer } from "../../test/peers/redis.ts";
import { prepareDoorward } from "./doorward.ts";
import { ada, type PreparedGatekeeper } from "./gatekeeper.ts";
import type { PeerName } from "./programs.ts";
import { variants, type Variant } from "./variants.ts";

/** A variant whose program is here. */
export interface Present {
  readonly variant: Variant;
  prepare(): Promise<PreparedGatekeeper>;
}

/** What all the programs share: one issuer, which runs in this process, and one Redis. */
export interface Field {
  readonly issuer: HostileIssuer;
  readonly redis: RedisServer;
  readonly present: readonly Present[];
  prepareDoorward(usesRedis: boolean, program?: readonly string[]): PreparedDoorward;
  close(): Promise<void>;
}

type PreparedDoorward = ReturnType<typeof prepareDoorward>;

export async function openField(
  programs: Readonly<Record<PeerName, string | undefined>>,
): Promise<Field> {
  const issuer = await startHostileIssuer();
  // traefik-forward-auth does without PKCE.
  issuer.twist = { claims: ada, acceptsWithoutPkce: true };
  const redis = await startRedis({ lines: ["appendonly no"] });
  const surroundings = { issuer: issuer.issuer, redis };
  const present = variants.flatMap((variant) => {
    const program = programs[variant.peer];
    if (program === undefined) return [];
    return [{ variant, prepare: () => variant.prepare({ ...surroundings, program }) }];
  });
  return {
    issuer,
    redis,
    present,
    prepareDoorward: (usesRedis, program) =>
      prepareDoorward(
        { issuer: issuer.issuer, redisUrl: usesRedis ? redis.url : undefined },
        program,
      ),
    async close() {
      await issuer.close();
      await redis.close();
    },
  };
}
