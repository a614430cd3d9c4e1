/** What a proxy asks before it serves the file. */
export const services = ["bare", "doorward", "oauth2-proxy"] as const;
export type ServiceName = (typeof services)[number];

/** The proxies to compare: one without protection, and one in front of each service. */
export const variants = ["unprotected", ...services] as const;
export type Variant = (typeof variants)[number];

/** The order of one round: each variant is first equally often. */
export function orderOf<T>(all: readonly T[], round: number): T[] {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}
