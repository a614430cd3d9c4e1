// The package has types for its index only. The index loads limiters for a dozen databases, 6 MiB of memory.
declare module "rate-limiter-flexible/lib/RateLimiterMemory.js" {
  export { RateLimiterMemory as default } from "rate-limiter-flexible";
}
