import type { en } from "./en.ts";

/** All texts of one language, by page. */
export type Texts = {
  readonly [Group in keyof typeof en]: { readonly [Name in keyof (typeof en)[Group]]: string };
};
