/** The policies that people start from, by name. */
import { churnDesk } from "./churn-desk.ts";
import { enterpriseSales } from "./enterprise-sales.ts";
import { productLed } from "./product-led.ts";
import { saasDefault } from "./saas-default.ts";

export interface Template {
  /** For whom it is, in a line. */
  readonly about: string;
  /** YAML with its comments. */
  readonly text: string;
}

/** Whole, commented, and without a fault or a warning of the linter. */
export const templates: Readonly<Record<string, Template>> = {
  "saas-default": { about: "sells to teams and to enterprises, and keeps its customers", text: saasDefault },
  "product-led": { about: "people sign up alone; usage says who is worth a call", text: productLed },
  "enterprise-sales": { about: "few and large deals, named accounts and territories", text: enterpriseSales },
  "churn-desk": { about: "sells nothing, hears which customer is about to leave", text: churnDesk },
};
