export { openStore } from "../store/open-store.ts";
export { createStore } from "../store/plain-store.ts";
export type { Store } from "../store/store.ts";
