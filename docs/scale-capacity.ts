import { figures, requestsPerCore } from "./scale-figures.ts";
import { table } from "./scale-table.ts";

/** Numbers of signed-in users, each with one request per second. */
const small = 1_000;
const middle = 100_000;
const large = 10_000_000;
const all = [small, middle, large];

/** doorward refreshes after 0.8 of `refresh`, by default an hour. */
const refreshSeconds = 0.8 * 3_600;
/** The time of last use is written once per tenth of `idle`, by default a day. */
const lastUseSeconds = 0.1 * 86_400;
const weekSeconds = 7 * 86_400;

interface Replicas {
  readonly needed: number;
  readonly spare: number;
}

function replicasFor(users: number): Replicas {
  const needed = Math.ceil(users / requestsPerCore);
  return { needed, spare: Math.max(1, Math.ceil(needed / 10)) };
}

function replicaMb(users: number): string {
  const sessions = users === large ? requestsPerCore : users;
  return `${grouped(figures.replica.used + (sessions * figures.hotSession.used) / 1_000)} MB`;
}

function commandsPerSecond(users: number): number {
  const { needed, spare } = replicasFor(users);
  const refreshes = (users / refreshSeconds) * figures.refresh.used;
  const uses = (users / lastUseSeconds) * figures.lastUse.used;
  return refreshes + uses + (needed + spare) * figures.idle.used;
}

function commands(users: number): string {
  const perSecond = commandsPerSecond(users);
  const cores = (perSecond * figures.command.used) / 1e6;
  return `${short(perSecond)}, or ${percent(cores)} of a core`;
}

function signIns(users: number): string {
  const perSecond = users / weekSeconds;
  const cores = (perSecond * figures.signIn.used) / 1_000;
  return `${short(perSecond)} per second, ${percent(cores)} of a core`;
}

function storedMemory(users: number): string {
  const mb = (users * figures.storedSession.used) / 1_000;
  return mb < 1_000 ? `${grouped(mb)} MB` : `${grouped(mb / 1_000)} GB`;
}

/** What to run for three numbers of users. */
export function capacityTable(): string {
  const each = (find: (users: number) => string) => all.map(find);
  const { needed, spare } = replicasFor(large);
  const middleNeeds = replicasFor(middle);
  return table(
    ["users, one request per second each", ...all.map(grouped)],
    [
      ["cores busy with `/verify`", ...each((users) => short((users * figures.hot.used) / 1e6))],
      [
        "replicas, one core each",
        "1, or 2 for redundancy",
        `${middleNeeds.needed}, and ${middleNeeds.spare} spare`,
        `${needed}, and ${spare} spare`,
      ],
      [
        "memory of a replica",
        replicaMb(small),
        `${replicaMb(middle)}: each sees all sessions`,
        `${replicaMb(large)}: each sees ${grouped(requestsPerCore)} (see below)`,
      ],
      [
        "storage",
        "`fs-lite`; Redis for two replicas",
        "Redis, one and a standby",
        "Redis Cluster, 12 shards and standbys",
      ],
      ["memory of Redis", ...each(storedMemory)],
      ["Redis commands per second", ...each(commands)],
      ["requests to the issuer per second", ...each((users) => short(users / refreshSeconds))],
      ["sign-ins, one per user and week", ...each(signIns)],
    ],
  );
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-GB");
}

/** Two digits. */
function short(value: number): string {
  return value >= 10 ? grouped(Number(value.toPrecision(2))) : String(Number(value.toPrecision(1)));
}

function percent(cores: number): string {
  return cores < 0.01 ? `${short(100 * cores)} %` : `${grouped(100 * cores)} %`;
}
