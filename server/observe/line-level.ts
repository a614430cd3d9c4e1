export const lineLevels = ["debug", "info", "warn", "error"] as const;

/** The levels at which doorward logs, the least important first. */
export type LineLevel = (typeof lineLevels)[number];
