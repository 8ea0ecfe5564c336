/** The small things that every part of the policy document is made of. */
import { z } from "zod";
import { parseDuration } from "../kernel/time.ts";

/** "14d", "30m": kept as text, because people read it again in diffs and screens; `durationMs` turns it into a number. */
export const duration = z
  .string()
  .refine(
    (text) => parseDuration(text) !== null,
    'is no duration: write a number and ms, s, m, h, d, w or y, as in "14d"',
  );
export const name = z.string().trim().min(1);
export const names = z.array(name).default([]);
export const points = z.number().min(-1_000).max(1_000);
/** A name that travels in ids and addresses. */
export const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens");
