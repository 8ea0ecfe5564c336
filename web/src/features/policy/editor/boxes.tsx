/** Light inputs for numbers and for lists of words, one on each line. */
import { Textarea, type TextareaProps, TextInput, type TextInputProps } from "@mantine/core";
import { useState } from "react";

type Without<Props> = Omit<Props, "value" | "onChange" | "type">;

/** A number; empty is none. What is being typed stays as it is typed. */
export function NumberBox(
  props: Without<TextInputProps> & {
    readonly value: number | undefined;
    readonly onChange: (value: number | undefined) => void;
  },
) {
  const { value, onChange, ...rest } = props;
  const [text, setText] = useState(textOf(value));
  return (
    <TextInput
      {...rest}
      type="number"
      step="any"
      value={numberIn(text) === value ? text : textOf(value)}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(numberIn(event.currentTarget.value));
      }}
    />
  );
}

function textOf(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

function numberIn(text: string): number | undefined {
  return text.trim() === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
}

const MOST_ROWS = 12;

/** Words, one on each line. */
export function LinesBox(
  props: Without<TextareaProps> & {
    readonly value: readonly string[];
    readonly onChange: (value: readonly string[]) => void;
  },
) {
  const { value, onChange, ...rest } = props;
  const [text, setText] = useState(value.join("\n"));
  const said = linesIn(text);
  const isSame = said.length === value.length && said.every((line, i) => line === value[i]);
  return (
    <Textarea
      {...rest}
      rows={Math.min(MOST_ROWS, value.length + 1)}
      value={isSame ? text : value.join("\n")}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(linesIn(event.currentTarget.value));
      }}
    />
  );
}

function linesIn(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
