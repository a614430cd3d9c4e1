/** A measured figure of docs/scale.md. Change `measured` and `used` after a new run, then run `npm run docs`. */
interface Figure {
  readonly what: string;
  /** As it is written on the page. */
  readonly measured: string;
  /** With which the page computes, in `unit`. */
  readonly used: number;
  readonly unit: string;
}

/** From `npm run bench`, and those about Redis from `npm run bench:scale`. */
export const figures = {
  hot: {
    what: "a request with a hot session, CPU time of doorward",
    measured: "16 to 24 µs",
    used: 20,
    unit: "µs",
  },
  cold: {
    what: "the same with a session that is not hot: read from Redis and decrypted",
    measured: "110 to 260 µs, 2 or 3 commands to Redis",
    used: 200,
    unit: "µs",
  },
  command: {
    what: "a command, CPU time of Redis",
    measured: "10 to 20 µs",
    used: 15,
    unit: "µs",
  },
  replica: {
    what: "a replica: idle; under load",
    measured: "66 MB (executable), 78 MB (source); 105 to 160 MB",
    used: 160,
    unit: "MB",
  },
  hotSession: {
    what: "a hot session in a replica",
    measured: "1.2 KB",
    used: 1.2,
    unit: "KB",
  },
  storedSession: {
    what: "a session in Redis with a refresh token, with its entry in the list of sessions",
    measured: "1.8 to 2.0 KB",
    used: 2,
    unit: "KB",
  },
  signIn: {
    what: "a sign-in, `/start` and `/callback`",
    measured: "2.0 to 2.8 ms, 5 commands to Redis",
    used: 2.8,
    unit: "ms",
  },
  refresh: {
    what: "a refresh at the issuer",
    measured: "5 commands to Redis",
    used: 5,
    unit: "commands",
  },
  lastUse: {
    what: "writing the time of last use",
    measured: "3 commands to Redis",
    used: 3,
    unit: "commands",
  },
  idle: {
    what: "a replica without requests: two commands every 150 ms, three in a Cluster, four with 12 masters",
    measured: "13.4 to 27 commands to Redis per second",
    used: 27,
    unit: "commands",
  },
} as const satisfies Record<string, Figure>;

/** Requests per second of one core at half load. */
export const requestsPerCore = 25_000;
