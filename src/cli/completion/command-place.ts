import type { Argument, Command, Option } from 'commander';
import { ERROR_CODES } from '../../errors/index.js';
import { expectedValueOf, type ExpectedValue, type Word } from './expected-value.js';

/** What can be typed behind one command. */
export interface CommandPlace {
  /** The names that lead to it, with blanks between: empty for fettle itself, `cache gc`. */
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly Word[];
  readonly values: readonly OptionValue[];
  /** Its arguments in order. */
  readonly operands: readonly ExpectedValue[];
  /** Whether the last of them may come again and again. */
  readonly isVariadic: boolean;
  /** Whether what looks like an option behind the first argument is none of fettle's. */
  readonly passesOptions: boolean;
}

export interface OptionValue {
  readonly flags: readonly string[];
  readonly expected: ExpectedValue;
}

/** The whole grammar, the program first. */
export function commandPlaces(program: Command): readonly CommandPlace[] {
  return placesBelow(program, []);
}

function placesBelow(command: Command, path: readonly string[]): readonly CommandPlace[] {
  const commands = command.createHelp().visibleCommands(command);
  const names = commands.map((each) => each.name());
  const below = commands.flatMap((each) =>
    each.name() === 'help' ? [helpPlace(each, path, names)] : placesBelow(each, [...path, each.name()]),
  );
  return [placeOf(command, path.join(' '), commands), ...below];
}

/** `help NAME`, which commander makes itself. */
function helpPlace(command: Command, path: readonly string[], names: readonly string[]): CommandPlace {
  const operands = [choices(names)];
  return { ...placeOf(command, [...path, command.name()].join(' '), []), operands };
}

function placeOf(command: Command, path: string, commands: readonly Command[]): CommandPlace {
  const options = command.createHelp().visibleOptions(command);
  const operands = command.registeredArguments;
  return {
    path,
    commands: commands.map((each) => ({ text: each.name(), description: each.description() })),
    options: options.flatMap(optionWords),
    values: options.filter(({ required, optional }) => required || optional).map((option) => valueOf(path, option)),
    operands: operands.map((operand) => operandOf(path, operand)),
    isVariadic: operands.at(-1)?.variadic ?? false,
    // Commander tells nobody else that it was asked to.
    passesOptions: (command as { _passThroughOptions?: boolean })._passThroughOptions === true,
  };
}

function optionWords({ long, short, description }: Option): readonly Word[] {
  const text = long ?? short;
  return text === undefined ? [] : [{ text, description }];
}

function valueOf(path: string, option: Option): OptionValue {
  const placeholder = /[<[](.+?)(?:\.\.\.)?[>\]]/.exec(option.flags)?.[1] ?? '';
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    expected: option.argChoices ? choices(option.argChoices) : meaningOf(path, placeholder),
  };
}

function operandOf(path: string, operand: Argument): ExpectedValue {
  if (operand.argChoices) return choices(operand.argChoices);
  if (operand.name() === 'code') return choices(Object.keys(ERROR_CODES));
  return meaningOf(path, operand.name());
}

function choices(texts: readonly string[]): ExpectedValue {
  return { kind: 'words', words: texts.map((text) => ({ text, description: '' })) };
}

/** What was given no meaning is completed with nothing; a test tells of it. */
function meaningOf(path: string, placeholder: string): ExpectedValue {
  return expectedValueOf(path, placeholder) ?? { kind: 'anything' };
}
