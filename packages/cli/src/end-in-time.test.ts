import { expect, test } from "vitest";
import { type EndingProcess, endInTime } from "./end-in-time.ts";

/** A process, and the callbacks that wait for their time. */
function endingProcess() {
  const due: (() => void)[] = [];
  const said: string[] = [];
  const state = { unread: 0, exits: 0 };
  const ending: EndingProcess = {
    stdout: {
      get writableLength() {
        return state.unread;
      },
    },
    stderr: { writableLength: 0, write: (text) => said.push(text) },
    getActiveResourcesInfo: () => ["Timeout", "TCPSocketWrap", "Timeout"],
    exit: () => {
      state.exits++;
    },
  };
  endInTime(ending, (delayMs, callback) => {
    expect(delayMs).toBe(3_000);
    due.push(callback);
  });
  return { state, said, pass: () => due.shift()?.() };
}

test("a process that something keeps alive after its command is ended, and what that was is said", () => {
  const { state, said, pass } = endingProcess();
  expect(state.exits).toBe(0);
  pass();
  expect(state.exits).toBe(1);
  expect(said.join("")).toMatch(/^warning TENON1712: .*\n {2}still there: Timeout, TCPSocketWrap\n {2}hint: /);
});

test("output that is still being read is waited for", () => {
  const { state, said, pass } = endingProcess();
  state.unread = 7;
  pass();
  pass();
  expect([state.exits, said]).toEqual([0, []]);
  state.unread = 0;
  pass();
  expect(state.exits).toBe(1);
});
