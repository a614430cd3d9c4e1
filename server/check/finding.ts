/** One line of `doorward check`. Only a fault makes it fail; the operator decides about a warning. */
export interface Finding {
  /** "unknown" = the check has no evidence; its text starts with "not known". */
  readonly level: "ok" | "unknown" | "warning" | "fault";
  readonly text: string;
}

export function ok(text: string): Finding {
  return { level: "ok", text };
}

export function unknown(text: string): Finding {
  return { level: "unknown", text };
}

export function warning(text: string): Finding {
  return { level: "warning", text };
}

export function fault(text: string): Finding {
  return { level: "fault", text };
}
