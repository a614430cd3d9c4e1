/** One line of `doorward check`. Only a fault makes it fail; the operator decides about a warning. */
export interface Finding {
  readonly level: "ok" | "warning" | "fault";
  readonly text: string;
}

export function ok(text: string): Finding {
  return { level: "ok", text };
}

export function warning(text: string): Finding {
  return { level: "warning", text };
}

export function fault(text: string): Finding {
  return { level: "fault", text };
}
