// What the runner (python -m ops.load) hands over, and nothing else.
export const BASE = __ENV.BASE_URL;
export const VUS = Number(__ENV.VUS);
export const THINK = Number(__ENV.THINK);
export const DURATION = __ENV.DURATION;
export const FIXTURE = JSON.parse(__ENV.FIXTURE);

/* Every scenario's options: what runs, and the limits (ops/load/limits.py) as k6's own thresholds. */
export const options = (scenarios) => ({
  scenarios,
  thresholds: JSON.parse(__ENV.THRESHOLDS),
  summaryTrendStats: ["avg", "min", "med", "p(90)", "p(95)", "p(99)", "max", "count"],
  setupTimeout: "120s",
  teardownTimeout: "600s",
  noCookiesReset: true, // somebody stays signed in from one round to the next
  userAgent: "portal-load-test",
});

/* VUS people at once, for DURATION; what they have begun they finish. */
export const people = (exec, vus = VUS) => ({
  executor: "constant-vus", exec, vus, duration: DURATION, gracefulStop: "60s",
});
