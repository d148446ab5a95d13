// Checks that print a line of TAP each; the exit status says whether all held.

const WAIT_MS = 10_000;

const KINDS = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  array: (value) => Array.isArray(value),
  any: (value) => value !== undefined,
  // JSON has no dates: a text that JavaScript's Date reads, with its zone.
  date: (value) => typeof value === "string" && /T.*(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value)),
};

export class Checks {
  #count = 0;
  #failed = 0;

  /** Runs one check after another; the first that fails ends the story, since the rest stands on it. */
  async check(sentence, body) {
    this.#count += 1;
    const began = performance.now();
    try {
      await body();
      console.log(`ok ${this.#count} - ${sentence} # ${Math.round(performance.now() - began)} ms`);
    } catch (error) {
      this.#failed += 1;
      console.log(`not ok ${this.#count} - ${sentence}`);
      console.log(String(error.stack ?? error).replace(/^/gm, "  # "));
      throw new StoryEnded();
    }
  }

  end() {
    console.log(`1..${this.#count}`);
    process.exitCode = this.#failed === 0 && this.#count > 0 ? 0 : 1;
  }
}

export class StoryEnded extends Error {}

export function same(found, expected, what) {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

/** Checks the fields of an object: a kind's name, with "?" where it may be absent, or the words it may be. */
export function shape(value, fields, what) {
  if (!KINDS.object(value)) {
    throw new Error(`${what}: an object is expected, found ${JSON.stringify(value)}`);
  }
  for (const [name, asked] of Object.entries(fields)) {
    const place = `${what}.${name}`;
    const found = value[name];
    if (Array.isArray(asked)) {
      if (!asked.includes(found)) {
        throw new Error(`${place}: one of ${asked.join(", ")} is expected, found ${JSON.stringify(found)}`);
      }
    } else if (!(asked.endsWith("?") && found === undefined) && !KINDS[asked.replace("?", "")](found)) {
      throw new Error(`${place}: ${asked} is expected, found ${JSON.stringify(found)} in ${JSON.stringify(value)}`);
    }
  }
}

/** What a socket heard, in order, and waiting for what it has not heard yet. */
export class Heard {
  #events = [];
  #taken = new Set();
  #waiting = new Set();

  constructor(name, socket) {
    this.name = name;
    socket.onAny((event, payload) => {
      this.#events.push({ event, payload });
      for (const look of this.#waiting) look();
    });
  }

  /** The payload of the first event not taken yet that fits; each is taken once. */
  async take(event, fits = () => true) {
    const fitting = ({ event: name, payload }) => (event === null || name === event) && fits(payload);
    return new Promise((resolve, reject) => {
      const look = () => {
        const place = this.#events.findIndex((each, index) => !this.#taken.has(index) && fitting(each));
        if (place < 0) return;
        this.#taken.add(place);
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(this.#events[place].payload);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        const heard = this.#events.map((each) => `${each.event} ${JSON.stringify(each.payload)}`.slice(0, 300));
        reject(new Error(`${this.name} never heard ${event ?? "it"}; it heard:\n${heard.join("\n")}`));
      }, WAIT_MS);
      this.#waiting.add(look);
      look();
    });
  }

  /** Whether an event came that nobody has taken. */
  has(event, fits = () => true) {
    return this.#events.some((each, index) => !this.#taken.has(index) && each.event === event && fits(each.payload));
  }
}
