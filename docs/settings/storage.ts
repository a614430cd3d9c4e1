import type { Section } from "./setting.ts";

const redis = "storage.md#redis";

export const storage: Section = {
  title: "Storage",
  at: ["storage"],
  introduction:
    "All keys except `driver` and `base` are for the driver `redis`. Any other driver of unstorage has settings of its own, which doorward passes on unchanged ([storage.md](storage.md#any-other-driver)).",
  settings: {
    driver: {
      text: "The driver of unstorage that stores sessions.",
      example: "redis",
      page: "storage.md",
    },
    base: {
      text: "The folder of the file drivers, relative to `$STATE_DIRECTORY` or else to the configuration file; in Redis, the prefix of all keys and channels.",
      page: "storage.md#a-folder",
      example: "./data",
      unset: "`data`; in Redis `doorward`",
    },
    url: {
      text: "The address of a single Redis server; `rediss://` is TLS.",
      example: "redis://redis.example.com:6379",
      page: redis,
    },
    username: {
      text: "The user of the Redis servers, if it is not in `url`.",
      example: "doorward",
      page: redis,
    },
    password: {
      text: "The password of the Redis servers, if it is not in `url`.",
      example: "…",
      page: redis,
      isSecret: true,
    },
    sentinels: {
      text: "The addresses of Sentinels, instead of `url`.",
      example: ["sentinel-1:26379", "sentinel-2:26379", "sentinel-3:26379"],
      page: redis,
    },
    name: {
      text: "The name of the master at the Sentinels.",
      example: "mymaster",
      required: "with `sentinels`",
      page: redis,
    },
    sentinelPassword: {
      text: "The password of the Sentinels, if they require one.",
      example: "…",
      page: redis,
      isSecret: true,
    },
    cluster: {
      text: "The addresses of some nodes of a Redis Cluster, instead of `url`; doorward discovers the others.",
      example: ["redis-1:6379", "redis-2:6379"],
      page: redis,
    },
    tls: {
      text: "TLS to the Redis servers; `{}` turns it on for Sentinels and Clusters.",
      example: { ca: "/etc/doorward/redis-ca.pem" },
      unset: "as in `url`",
      page: redis,
    },
  },
};

export const storageTls: Section = {
  title: "Storage over TLS",
  at: ["storage.tls"],
  introduction: "In `storage.tls`. Each value is PEM, or the path of a PEM file.",
  settings: {
    ca: {
      text: "The certificates of the authorities that doorward trusts.",
      example: "/etc/doorward/redis-ca.pem",
      unset: "those that Node.js trusts",
    },
    cert: {
      text: "The certificate of doorward, if Redis requires one.",
      example: "/etc/doorward/redis.crt",
    },
    key: {
      text: "The private key of that certificate.",
      example: "/etc/doorward/redis.key",
      required: "with `cert`",
    },
  },
};
