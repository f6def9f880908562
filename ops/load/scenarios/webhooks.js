// A burst of Stripe's events, as after an outage: signed, in any order, each once; then until the ledger has them all.
import { sleep } from "k6";
import crypto from "k6/crypto";
import { SharedArray } from "k6/data";
import exec from "k6/execution";
import http from "k6/http";
import { Gauge, Rate, Trend } from "k6/metrics";

import { BASE, FIXTURE, options as made, VUS } from "./lib/settings.js";
import { attempt, expect, visit } from "./lib/steps.js";

const PATIENCE_MS = 500_000;
const failed = new Rate("webhook_failed");
const acknowledged = new Trend("webhook_ack", true);
const inLedger = new Gauge("ledger_done_seconds");
const rate = new Gauge("ledger_events_per_second");
const lost = new Gauge("events_lost");
const mirrorBacklog = new Gauge("mirror_backlog");
const { path, secret, events: file } = FIXTURE.webhook;
const events = new SharedArray("events", () => open(file).split("\n").filter((line) => line));

export const options = made({
  webhooks: {
    executor: "shared-iterations", exec: "deliver", vus: VUS, iterations: events.length, maxDuration: "10m",
  },
});

export const setup = () => ({ begin: Date.now(), stored: stored() });

export function deliver() {
  attempt(failed, () => {
    const body = events[exec.scenario.iterationInTest];
    const moment = Math.floor(Date.now() / 1000);
    const signature = crypto.hmac("sha256", secret, `${moment}.${body}`, "hex");
    const headers = { "Content-Type": "application/json", "Stripe-Signature": `t=${moment},v1=${signature}` };
    const reply = http.post(BASE + path, body, { headers });
    expect(reply.status === 200, `an event was answered ${reply.status}`);
    acknowledged.add(reply.timings.duration);
  });
}

/* Waits until the ledger has every event; the mirror may lag, and says how far. */
export function teardown({ begin, stored: before }) {
  while (backlog("ledger") > 0 && Date.now() - begin < PATIENCE_MS) sleep(1);
  const seconds = (Date.now() - begin) / 1000;
  inLedger.add(seconds);
  rate.add(events.length / seconds);
  lost.add(events.length - (stored() - before) + backlog("ledger"));
  mirrorBacklog.add(backlog("mirror"));
}

const metrics = () => visit("/metrics").body.split("\n");
const sum = (prefix, wanted) =>
  metrics().filter((line) => line.startsWith(prefix) && line.includes(wanted))
    .reduce((total, line) => total + Number(line.split(" ").pop()), 0);
const backlog = (stage) => sum("portal_webhook_backlog{", `stage="${stage}"`);
const stored = () => sum("portal_webhook_received_total{", 'result="stored"');
