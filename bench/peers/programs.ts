import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The programs with which doorward is compared, and the environment variable with the path of each. */
const variables = {
  "oauth2-proxy": "DOORWARD_BENCH_OAUTH2_PROXY",
  "traefik-forward-auth": "DOORWARD_BENCH_TRAEFIK_FORWARD_AUTH",
} as const;

export type PeerName = keyof typeof variables;

export const peerNames = ["oauth2-proxy", "traefik-forward-auth"] as const satisfies PeerName[];

type Environment = Readonly<Record<string, string | undefined>>;

/** The path of each program; `undefined` = it is absent. */
export function findPeers(environment: Environment): Record<PeerName, string | undefined> {
  return {
    "oauth2-proxy": findPeer("oauth2-proxy", environment),
    "traefik-forward-auth": findPeer("traefik-forward-auth", environment),
  };
}

/** Throws if the variable names something else, because a typing error would otherwise make the program absent. */
function findPeer(name: PeerName, environment: Environment): string | undefined {
  const variable = variables[name];
  const named = environment[variable];
  if (named !== undefined && named !== "") {
    if (isProgram(named)) return named;
    throw new Error(`${variable}: ${named} is not an executable file`);
  }
  const folders = (environment.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What to do about an absent program. */
export function absence(name: PeerName): string {
  return `${name} is absent: install it on the PATH, or set ${variables[name]} to its path`;
}
