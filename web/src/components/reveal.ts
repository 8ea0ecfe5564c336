/** Brings an element into view and gives it the focus. */
export function reveal(id: string): void {
  const element = document.getElementById(id);
  const isCalm = globalThis.matchMedia("(prefers-reduced-motion: reduce)").matches;
  element?.scrollIntoView({ block: "center", behavior: isCalm ? "auto" : "smooth" });
  element?.focus({ preventScroll: true });
}

export const markId = (signal: number): string => `mark-${signal}`;
export const rowId = (signal: number): string => `evidence-${signal}`;
