/** Lesson 3: remote reads. Who fails, who is cut, what the rest of the request does about it, and who is told. */
import { bind, compileGraph, createExecutor, graph, type HostClock, node, resource, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "team-web" });
const Profile = slot("profile", z.object({ city: z.string() }), { owner: "team-users" });
const Weather = slot("weather", z.string(), { owner: "team-weather" });
const Page = slot("page", z.string(), { owner: "team-web" });

// `methods` says what may be asked: each call is recorded for replay. Hand `signal` on: it aborts when nobody waits.
interface Profiles {
  readonly of: (userId: string, signal: AbortSignal) => Promise<{ readonly city: string }>;
}
interface Forecasts {
  readonly today: (signal: AbortSignal) => Promise<string>;
}
const ProfilesResource = resource<Profiles>()("profiles", {
  owner: "team-users",
  purpose: "what is known about a user",
  methods: ["of"],
});
const ForecastsResource = resource<Forecasts>()("forecasts", {
  owner: "team-weather",
  purpose: "what the day will be like",
  methods: ["today"],
});

// An async node must say what its failure means. "omit": the slot stays empty, so every reader must take it as soft.
const loadProfile = node({
  owner: "team-users",
  purpose: "reads the user's profile",
  reads: [UserId],
  writes: [Profile],
  uses: [ProfilesResource],
  async: true,
  retry: { attemptsMax: 1 },
  budgetMs: 20,
  onFailure: "omit",
  run: async ({ userId }, { uses, signal }) => ({ profile: await uses.profiles.of(userId, signal) }),
});

// A fallback stands in when the node fails, or is cut at its budget.
const loadWeather = node({
  owner: "team-weather",
  purpose: "reads the forecast",
  reads: [],
  writes: [Weather],
  uses: [ForecastsResource],
  async: true,
  budgetMs: 30,
  onFailure: { fallback: { weather: "some weather" } },
  run: async (_inputs, { uses, signal }) => ({ weather: await uses.forecasts.today(signal) }),
});

const writePage = node({
  owner: "team-web",
  purpose: "puts the page together",
  reads: [Weather],
  soft: [Profile],
  writes: [Page],
  run: ({ weather, profile }) => ({ page: `${weather} in ${profile?.city ?? "your city"}` }),
});

const frontPage = graph({
  name: "front-page",
  owner: "team-web",
  deadlineMs: 50,
  request: [UserId],
  nodes: { loadProfile, loadWeather, writePage },
  respond: [Page],
});

// Time is the host's. Here it is moved by hand, so that the lesson takes no time and always comes out the same.
const timers: { readonly atMs: number; readonly callback: () => void }[] = [];
let nowMs = 0;
const clock: HostClock = {
  nowMs: () => nowMs,
  monotonicMs: () => nowMs,
  after: (delayMs, callback) => {
    timers.push({ atMs: nowMs + delayMs, callback });
    return () => undefined;
  },
};
const settle = () => new Promise((resolve) => setImmediate(resolve));
async function waitMs(durationMs: number) {
  await settle();
  for (const until = nowMs + durationMs; nowMs < until; nowMs++) {
    for (const due of timers.filter(({ atMs }) => atMs === nowMs + 1)) due.callback();
    await settle();
  }
}

let attempts = 0;
const executor = createExecutor(compileGraph(frontPage), {
  clock,
  resources: {
    profiles: bind(ProfilesResource, {
      value: {
        of: async () => {
          attempts++;
          throw new Error("connection reset");
        },
      },
    }),
    // Answers never, and says so when it is told to stop.
    forecasts: bind(ForecastsResource, {
      value: {
        today: (signal) =>
          new Promise<string>((_resolve, reject) => {
            signal.addEventListener("abort", () => {
              console.log(`forecast told to stop after ${nowMs} ms`);
              reject(signal.reason as Error);
            });
          }),
      },
    }),
  },
  onDegraded: ({ name, definition }, by) => console.log(`${name} (${definition.owner}) degraded: ${by}`),
});

const answer = executor.execute({ userId: "u1" }, executor.begin({ requestId: "page-1", deadlineMs: 50 }));
await waitMs(40);
console.log((await answer).page);
console.log(`profile attempts: ${attempts}`);

// A node that can degrade can also be switched off while the host runs, from the next request on.
executor.setSwitch("loadWeather", false);
const switched = executor.execute({ userId: "u1" }, executor.begin({ requestId: "page-2" }));
console.log((await switched).page);

// One that the request needs cannot.
try {
  executor.setSwitch("writePage", false);
} catch (error) {
  console.log((error as Error).message);
}
