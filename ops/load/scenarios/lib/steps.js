// Asking for pages as a person does: one after the other, with pauses, and giving up loudly.
import { sleep } from "k6";
import http from "k6/http";

import { BASE, FIXTURE, THINK } from "./settings.js";

/* Runs `steps`; whatever goes wrong, an exception of the script too, is one failed attempt in the rate `failed`. */
export function attempt(failed, steps) {
  let fine = false;
  try {
    steps();
    fine = true;
  } catch (error) {
    console.error(error.stack || error);
  } finally {
    failed.add(!fine);
  }
}

export function expect(isSo, what) {
  if (!isSo) throw new Error(what);
}

/* Reading what is on the page: half to one and a half times as long as people are said to. */
export const think = () => sleep(THINK * (0.5 + Math.random()));

/* A page that answers 200; its time goes to `trend`. */
export function visit(path, trend, params = {}) {
  const reply = http.get(path.startsWith("http") ? path : BASE + path, params);
  expect(reply.status === 200, `${path} answered ${reply.status}`);
  if (trend) trend.add(reply.timings.duration);
  return reply;
}

/* Sends a page's form; its CSRF token comes from the page. Returns the answer, not followed. */
export function send(page, path, fields) {
  const token = page.html().find("input[name=csrfmiddlewaretoken]").first().val();
  const body = { csrfmiddlewaretoken: token, ...fields };
  return http.post(BASE + path, body, { redirects: 0, headers: { Referer: BASE + path } });
}

/* Once for each virtual user: cookies stay with it. Whoever it was before is forgotten: a signed-in one is not asked. */
export function signIn(email) {
  http.cookieJar().clear(BASE);
  const reply = send(visit("/accounts/login/"), "/accounts/login/", { login: email, password: FIXTURE.password });
  expect(reply.status === 302, `signing in as ${email} answered ${reply.status}`);
}

let signedIn = "";
export function signedInAs(people) {
  const email = people[(__VU - 1) % people.length];
  if (signedIn !== email) signIn(email);
  signedIn = email;
}

export const one = (list) => list[Math.floor(Math.random() * list.length)];

/* Before the clock starts every web worker has served some pages: the first ones after a start are slow. */
export function warmUp(email, ...paths) {
  signIn(email);
  for (const path of paths) ofEveryWorker(path);
}

/* Asked for so often at once that no worker stays without it. */
export function ofEveryWorker(path) {
  for (let round = 0; round < 3; round += 1) http.batch(Array(6).fill(["GET", BASE + path]));
}
