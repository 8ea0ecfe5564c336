/** Whether two parts of a document say the same. */

type Fields = Readonly<Record<string, unknown>>;

/** Key order does not count, that of lists does. */
export function isSameTree(one: unknown, other: unknown): boolean {
  // Not a number is the same as itself, and 0 the same as -0.
  if (one === other || Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [left, right] = [one as Fields, other as Fields];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isSameTree(left[key], right[key]))
  );
}
