/** What the files that define commands share. */
import { InvalidArgumentError } from 'commander';
import { UsageError, type ExitCode } from './exit-codes';

/** Takes what a command ended with. */
export type Finish = (code: ExitCode) => void;

/** Commander prints the sentence of a wrong value itself, with the option's name. */
export function checked<T>(parse: (value: string) => T): (value: string) => T {
  return checkedList(parse);
}

/** The same for an option that may be given several times: `before` is what the others gave. */
export function checkedList<T>(parse: (value: string, before?: T) => T): (value: string, before?: T) => T {
  return (value, before) => {
    try {
      return parse(value, before);
    } catch (error) {
      throw error instanceof UsageError ? new InvalidArgumentError(error.message) : error;
    }
  };
}
