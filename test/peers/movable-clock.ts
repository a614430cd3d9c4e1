/// <reference types="node" />

/** Loaded into a real doorward by `NODE_OPTIONS`: each SIGUSR2 moves its clock a minute ahead. */
const { now } = Date;
let aheadMs = 0;
Date.now = () => now() + aheadMs;

process.on("SIGUSR2", () => {
  aheadMs += 60_000;
  process.stdout.write(`${JSON.stringify({ msg: "clock moved" })}\n`);
});
