/** Numbers of the trace in the reader's language. */
export interface Figures {
  readonly count: (value: number) => string;
  readonly duration: (ms: number) => string;
  readonly score: (value: number) => string;
}

export function createFigures(language: string): Figures {
  const whole = new Intl.NumberFormat(language);
  const short = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
  return {
    count: (value) => whole.format(value),
    duration: (ms) => (ms < 1000 ? `${whole.format(Math.round(ms))} ms` : `${short.format(ms / 1000)} s`),
    score: (value) => short.format(value),
  };
}
