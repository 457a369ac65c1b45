/**
 * How fast a model host is, learned from its replies: milliseconds a prompt token and a written token, by least squares
 * over the recent ones. Used to say how long a reading takes before it starts.
 */
export interface TimedReply {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly durationMs: number;
}

/** Older replies count less: a host gets busier or freer. */
const fading = 0.95;
/** Writing a token takes about as long as reading so many, where the replies do not tell them apart. */
const writeToRead = 12;

export class HostSpeed {
  private pp = 0;
  private pc = 0;
  private cc = 0;
  private pt = 0;
  private ct = 0;

  get isKnown(): boolean {
    return this.pt > 0;
  }

  learn({ promptTokens: p, completionTokens: c, durationMs: t }: TimedReply): void {
    if (p + c <= 0 || t <= 0) return;
    this.pp = this.pp * fading + p * p;
    this.pc = this.pc * fading + p * c;
    this.cc = this.cc * fading + c * c;
    this.pt = this.pt * fading + p * t;
    this.ct = this.ct * fading + c * t;
  }

  /** Seconds that a call takes; null while nothing was measured. */
  seconds(promptTokens: number, completionTokens: number): number | null {
    if (!this.isKnown) return null;
    const { read, write } = this.perToken();
    return (promptTokens * read + completionTokens * write) / 1000;
  }

  /** Milliseconds a token. */
  private perToken(): { readonly read: number; readonly write: number } {
    const spread = this.pp * this.cc - this.pc * this.pc;
    if (spread > 0.02 * this.pp * this.cc) {
      const read = (this.pt * this.cc - this.ct * this.pc) / spread;
      const write = (this.ct * this.pp - this.pt * this.pc) / spread;
      if (read > 0 && write > 0) return { read, write };
    }
    // One unknown: t = read * (p + writeToRead * c).
    const square = this.pp + 2 * writeToRead * this.pc + writeToRead ** 2 * this.cc;
    const read = (this.pt + writeToRead * this.ct) / square;
    return { read, write: writeToRead * read };
  }
}

/** One for each model that this process has talked to. */
export class HostSpeeds {
  private readonly known = new Map<string, HostSpeed>();

  of(modelId: string): HostSpeed {
    const speed = this.known.get(modelId) ?? new HostSpeed();
    this.known.set(modelId, speed);
    return speed;
  }
}
