/** `baton policy recipe list|add`: a recipe by three answers, written into a policy file whose comments stay. */
import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { UserError } from "../kernel/failure.ts";
import { parseDuration } from "../kernel/time.ts";
import { type Pattern, patterns } from "../policy/recipes/pattern.ts";
import { planRecipe } from "../policy/recipes/plan.ts";
import { type Answers, type Owner, peopleIn, questionsOf } from "../policy/recipes/questions.ts";
import { policyOf } from "../policy/read.ts";
import { rewritten, treeOf } from "../policy/rewrite.ts";
import { readPolicyText } from "./policy-file.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly file: string;
  readonly signal?: readonly string[];
  readonly route?: string;
  readonly owner?: string;
  readonly followUp?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** The command with its parts. */
export function recipeCommand(terminal: Terminal): Command {
  const recipe = new Command("recipe").description("recipes to start from");
  recipe
    .command("list")
    .description("say which there are")
    .option("--json", "print one JSON array")
    .action(({ json }: Pick<Options, "json">) => list(json === true, terminal));
  recipe
    .command("add")
    .description("write a recipe into a policy file, with whatever it leans on that is not there")
    .argument("<name>", `one of: ${patterns.map(({ id }) => id).join(", ")}`)
    .requiredOption("--file <path>", "policy in YAML or JSON; its comments stay")
    .option("--signal <names...>", "what starts it; the policy's own signals of that meaning without it")
    .option("--route <name>", "who gets it: a route of the policy")
    .option("--owner <addresses>", "who gets it: people by address, several in turns")
    .option("--follow-up <time>", "how long nobody may have been in touch, as in 24h; or none")
    .option("--dry-run", "say what would be written, write nothing")
    .option("--json", "print one JSON object")
    .action((name: string, options: Options) => add(name, options, terminal));
  return recipe;
}

function list(isJson: boolean, terminal: Terminal): void {
  const known = patterns.map(({ id, name, does }) => ({ id, name, does }));
  if (isJson) terminal.out(JSON.stringify(known));
  else for (const { id, does } of known) terminal.out(`${id.padEnd(20)}${does}`);
}

async function add(name: string, options: Options, terminal: Terminal): Promise<void> {
  const pattern = patterns.find(({ id }) => id === name);
  if (pattern === undefined) throw refused(`there is no "${name}"; there is ${ids(patterns)}`);
  const { file, dryRun = false, json = false } = options;
  if (file === "-") throw refused("standard input cannot be written; name a file");
  const text = await readPolicyText(file, terminal);
  policyOf(text, file);
  const content = treeOf(text);
  const plan = planRecipe(content, pattern, answersOf(content, pattern, options));
  const isWritten = !dryRun && plan.kind !== "stands";
  if (isWritten) await writeFile(file, rewritten(text, plan.content));
  const { kind, recipe, adds, says } = plan;
  if (json) return terminal.out(JSON.stringify({ file, written: isWritten, kind, recipe, says, adds }));
  for (const sentence of says) terminal.out(sentence);
  for (const sentence of adds) terminal.out(`New with it: ${sentence}`);
  const where = `recipe ${recipe.id}, at place ${recipe.at + 1} of ${file}`;
  terminal.out(isWritten ? `Written: ${where}.` : `Nothing is written: ${where}.`);
}

function answersOf(content: unknown, pattern: Pattern, options: Options): Answers {
  const { chosen, signals, owners } = questionsOf(content, pattern);
  const unknown = options.signal?.find((name) => !signals.some((one) => one.name === name));
  if (unknown !== undefined)
    throw refused(`there is no signal "${unknown}"; there is ${signals.map(({ name }) => name).join(", ")}`);
  const routes = owners.flatMap(({ owner }) => (owner.kind === "route" ? [owner.route] : []));
  return {
    signals: options.signal ?? chosen.signals,
    owner: ownerOf(options, routes) ?? chosen.owner,
    after: options.followUp === undefined ? chosen.after : afterOf(options.followUp),
  };
}

function ownerOf({ route, owner }: Options, routes: readonly string[]): Owner | null {
  if (owner !== undefined) {
    const users = peopleIn(owner);
    if (users === null) throw refused(`"${owner}" are no addresses; write ana@ourcompany.example,ben@...`);
    return { kind: "people", users };
  }
  if (route === undefined) return null;
  if (!routes.includes(route))
    throw refused(
      `there is no route "${route}"; there is ${routes.join(", ") || "none: name people by --owner"}`,
    );
  return { kind: "route", route };
}

function afterOf(text: string): string | null {
  if (text === "none") return null;
  if (parseDuration(text) === null) throw refused(`"${text}" is no time; write 24h, or none`);
  return text;
}

function ids(list: readonly Pattern[]): string {
  return list.map(({ id }) => id).join(", ");
}

function refused(why: string): UserError {
  return new UserError(`policy recipe add: ${why}.`);
}
