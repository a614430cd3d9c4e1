import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startDoorward, type TestDoorward, configOf } from "../../peers/doorward.ts";
import {
  startStandIn,
  type Member,
  type RunningStandIn,
  type StandIn,
} from "../../peers/provider-stand-in.ts";
import { imported } from "./importing.ts";

/** doorward running an imported oauth2-proxy configuration. */
export interface Migrated {
  readonly provider: RunningStandIn;
  readonly doorward: TestDoorward;
  close(): Promise<void>;
}

/** The client that the stand-ins know. A published set-up has placeholders in its place. */
const client = { clientId: "door", clientSecret: "a secret of the door" };

/** Imports a file of `set-ups/` and runs the result. Only the provider's address, client and store are replaced. */
export async function migrate(file: string, standIn: StandIn, member: Member): Promise<Migrated> {
  const text = readFileSync(join(import.meta.dirname, "set-ups", file), "utf8");
  const { config, problems } = imported(text, { name: file });
  if (config === undefined) throw new Error(problems.join("\n"));
  const { secret: _, providers, ...settings } = config;
  const [[name, entry] = ["", {}]] = Object.entries({ ...(providers as Record<string, object>) });
  const provider = await startStandIn(standIn, member);
  provider.registered = `${String(config.url)}/callback`;
  const { directory: __, ...address } = standIn.settings(provider.origin);
  const doorward = await startDoorward(
    configOf({ ...settings, providers: { [name]: { ...entry, ...client, ...address } } }),
  );
  return {
    provider,
    doorward,
    async close() {
      await Promise.all([doorward.close(), provider.close()]);
    },
  };
}
