import type { Command, CommandOptions } from 'commander';
import type { Invocation } from '../invocation.js';

/** What a command does. @returns the exit code */
export type Action = (invocation: Invocation, ...rest: never[]) => number | Promise<number>;

/** Adds a command with the global options, a description and an example. */
export type Add = (name: string, description: string, example: string, options?: CommandOptions) => Command;

/** Makes an action of the kind that commander calls: with an invocation, its errors told, its exit code kept. */
export type Act = (action: Action) => (...given: unknown[]) => Promise<void>;
