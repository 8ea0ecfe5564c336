/**
 * What Slack checks of `blocks` before it takes a message: docs.slack.dev/reference/block-kit/blocks. Only the
 * limits and shapes that an alert can meet; a block type that is not listed here is taken as it is.
 */

/** "A message can have up to 50 blocks" (docs.slack.dev/reference/block-kit/blocks). */
const maxBlocks = 50;
const maxSectionText = 3_000;
const maxFieldText = 2_000;
const maxFields = 10;
const maxHeaderText = 150;
const maxContextElements = 10;
const maxActionElements = 25;
const maxButtonText = 75;
const maxUrl = 3_000;
const maxValue = 2_000;
const maxOptions = 100;
const maxOptionText = 75;
const maxOptionValue = 150;
/** docs.slack.dev/reference/views */
const maxTitle = 24;
const maxViewBlocks = 100;
const maxMetadata = 3_000;

/** The complaints, worded and pointed like Slack's `response_metadata.messages`; empty when Slack would take it. */
export function blockErrors(blocks: unknown): string[] {
  if (!Array.isArray(blocks)) return ["must be an array [json-pointer:/blocks]"];
  const errors: string[] = [];
  if (blocks.length > maxBlocks)
    errors.push(`no more than ${maxBlocks} items allowed [json-pointer:/blocks]`);
  for (const [index, block] of blocks.entries()) errors.push(...errorsOfBlock(block, `/blocks/${index}`));
  return errors;
}

function errorsOfBlock(value: unknown, at: string): string[] {
  if (!isObject(value)) return [`must be an object [json-pointer:${at}]`];
  switch (value["type"]) {
    case "section":
      return errorsOfSection(value, at);
    case "header":
      return errorsOfText(value["text"], `${at}/text`, maxHeaderText, ["plain_text"]);
    case "context":
      return errorsOfList(value["elements"], `${at}/elements`, maxContextElements, (element, place) =>
        isObject(element) && element["type"] === "image"
          ? []
          : errorsOfText(element, place, maxSectionText, ["mrkdwn", "plain_text"]),
      );
    case "actions":
      return errorsOfList(value["elements"], `${at}/elements`, maxActionElements, errorsOfElement);
    case undefined:
      return [`missing required field: type [json-pointer:${at}]`];
    default:
      return [];
  }
}

function errorsOfSection(block: Readonly<Record<string, unknown>>, at: string): string[] {
  const { text, fields } = block;
  if (text === undefined && fields === undefined)
    return [`missing required field: text [json-pointer:${at}]`];
  const kinds = ["mrkdwn", "plain_text"];
  const inText = text === undefined ? [] : errorsOfText(text, `${at}/text`, maxSectionText, kinds);
  if (fields === undefined) return inText;
  const inFields = errorsOfList(fields, `${at}/fields`, maxFields, (field, place) =>
    errorsOfText(field, place, maxFieldText, kinds),
  );
  return [...inText, ...inFields];
}

function errorsOfElement(element: unknown, at: string): string[] {
  if (!isObject(element)) return [`must be an object [json-pointer:${at}]`];
  if (element["type"] === "static_select") return errorsOfSelect(element, at);
  if (element["type"] !== "button") return [];
  return [
    ...errorsOfText(element["text"], `${at}/text`, maxButtonText, ["plain_text"]),
    ...tooLong(element["url"], maxUrl, `${at}/url`),
    ...tooLong(element["value"], maxValue, `${at}/value`),
  ];
}

function errorsOfSelect(element: Readonly<Record<string, unknown>>, at: string): string[] {
  return errorsOfList(element["options"], `${at}/options`, maxOptions, (option, place) =>
    isObject(option)
      ? [
          ...errorsOfText(option["text"], `${place}/text`, maxOptionText, ["plain_text"]),
          ...tooLong(option["value"], maxOptionValue, `${place}/value`),
        ]
      : [`must be an object [json-pointer:${place}]`],
  );
}

function tooLong(value: unknown, max: number, at: string): string[] {
  return typeof value === "string" && value.length > max
    ? [`must be less than ${max + 1} characters [json-pointer:${at}]`]
    : [];
}

/** The complaints about a modal; empty when Slack would open it. */
export function viewErrors(view: unknown): string[] {
  if (!isObject(view)) return ["must be an object [json-pointer:/view]"];
  if (view["type"] !== "modal") return ["must be a modal [json-pointer:/view/type]"];
  const texts = ["title", "submit", "close"].flatMap((name) =>
    view[name] === undefined && name !== "title"
      ? []
      : errorsOfText(view[name], `/view/${name}`, maxTitle, ["plain_text"]),
  );
  const blocks = errorsOfList(view["blocks"], "/view/blocks", maxViewBlocks, (block, at) => {
    if (!isObject(block) || block["type"] !== "input") return errorsOfBlock(block, at);
    return [
      ...errorsOfText(block["label"], `${at}/label`, 2_000, ["plain_text"]),
      ...errorsOfElement(block["element"], `${at}/element`),
    ];
  });
  return [...texts, ...tooLong(view["private_metadata"], maxMetadata, "/view/private_metadata"), ...blocks];
}

function errorsOfText(value: unknown, at: string, max: number, kinds: readonly string[]): string[] {
  if (!isObject(value)) return [`missing required field: text [json-pointer:${at}]`];
  if (typeof value["type"] !== "string" || !kinds.includes(value["type"])) {
    return [`unsupported type: ${String(value["type"])} [json-pointer:${at}/type]`];
  }
  const { text } = value;
  if (typeof text !== "string" || text.length === 0) {
    return [`must be more than 0 characters [json-pointer:${at}/text]`];
  }
  return text.length > max ? [`must be less than ${max + 1} characters [json-pointer:${at}/text]`] : [];
}

function errorsOfList(
  value: unknown,
  at: string,
  max: number,
  check: (element: unknown, at: string) => string[],
): string[] {
  if (!Array.isArray(value)) return [`must be an array [json-pointer:${at}]`];
  if (value.length === 0) return [`no fewer than 1 items allowed [json-pointer:${at}]`];
  if (value.length > max) return [`no more than ${max} items allowed [json-pointer:${at}]`];
  return value.flatMap((element, index) => check(element, `${at}/${index}`));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
