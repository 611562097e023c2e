/** Callers over loopback with connections kept alive. Every answer is read to its end and must be a 200. */
import { Agent, request } from "node:http";

export interface Client {
  /** As fast as answers come, with a number of requests in flight: seconds it took. */
  closedLoop(count: number, inFlight: number): Promise<number>;
  /**
   * One request each `1 / perSecond`, whatever became of those before. Latency, ms, ascending, counts from the scheduled
   * time, so that a stalled server is not spared the requests it kept from being sent.
   */
  openLoop(count: number, perSecond: number): Promise<number[]>;
  close(): void;
}

export function clientOf(url: string, bodies: readonly string[]): Client {
  const agent = new Agent({ keepAlive: true });
  let sent = 0;
  const send = () => post(agent, `${url}/v1/ads`, bodies[sent++ % bodies.length] as string);
  return {
    async closedLoop(count, inFlight) {
      const startMs = performance.now();
      let started = 0;
      const caller = async (): Promise<void> => {
        while (started++ < count) await send();
      };
      await Promise.all(Array.from({ length: inFlight }, caller));
      return (performance.now() - startMs) / 1_000;
    },
    async openLoop(count, perSecond) {
      const startMs = performance.now();
      const dueMs = (at: number) => startMs + (at * 1_000) / perSecond;
      const answered: Promise<number>[] = [];
      while (answered.length < count) {
        const due = dueMs(answered.length);
        const waitMs = due - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        else answered.push(send().then(() => performance.now() - due));
      }
      return (await Promise.all(answered)).sort((a, b) => a - b);
    },
    close: () => agent.destroy(),
  };
}

function post(agent: Agent, url: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const sending = request(url, { agent, method: "POST", headers }, (response) => {
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`the server answered a request with status ${response.statusCode}`));
      });
      response.resume();
    });
    sending.on("error", reject);
    sending.end(body);
  });
}
