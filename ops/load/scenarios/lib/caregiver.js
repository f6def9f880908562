// A caregiver books a session and pays its deposit: what the pages and their scripts ask for, in their order.
import { sleep } from "k6";
import http from "k6/http";
import { Rate, Trend } from "k6/metrics";

import { BASE, FIXTURE } from "./settings.js";
import { attempt, expect, ofEveryWorker, one, send, signedInAs, think, visit, warmUp } from "./steps.js";

const failed = new Rate("booking_failed");
const bookPage = new Trend("book_page", true);
const booked = new Trend("book_submit", true);
const depositPage = new Trend("deposit_page", true);
const confirmed = new Trend("payment_confirmed", true);
const bookingsPage = new Trend("bookings_page", true);

// As payments/static/payments/js/deposit.js waits.
const FIRST_WAIT = 0.5;
const SLOWER = 1.4;
const LONGEST_WAIT = 5;
const MOST_POLLS = 40;
const CHECK_AFTER = 4;
const MOST_DRAWS = 10;

const bookPath = `/book/?service=${FIXTURE.service}`;

export function warmUpBooking() {
  const last = FIXTURE.caregivers[FIXTURE.caregivers.length - 1];
  warmUp(last, bookPath, "/dashboard/");
  ofEveryWorker(book().headers.Location);
}

export function bookAndPay() {
  attempt(failed, () => {
    signedInAs(FIXTURE.caregivers.slice(0, -1)); // the last one is the browser's
    think();
    const booking = book(bookPage);
    booked.add(booking.timings.duration);
    const deposit = booking.headers.Location;
    const page = visit(deposit, depositPage);
    think();
    pay(page);
    const paid = visit(deposit);
    expect(paid.body.includes("Deposit paid"), `${deposit} does not say that it is paid`);
    think();
    visit("/dashboard/", bookingsPage);
    think();
  });
}

/* The answer to the form; its Location is the deposit page. Somebody who has a place in the session that was drawn
   is led to that booking, and chooses again. */
function book(trend) {
  const page = visit(bookPath, trend);
  think();
  const form = page.html().find("#booking-form");
  for (let draw = 0; draw < MOST_DRAWS; draw += 1) {
    const reply = send(page, bookPath, {
      service: FIXTURE.service,
      session: one(radios(form, "session")),
      care_recipient: one(choices(form, "care_recipient")),
      token: form.find("[name=token]").val(),
    });
    expect(reply.status === 302, `booking answered ${reply.status}`);
    if (reply.headers.Location.startsWith("/deposit/")) return reply;
  }
  throw new Error("every session that was drawn is booked already");
}

const choices = (form, name) =>
  form.find(`select[name=${name}] option`).toArray().map((o) => o.attr("value")).filter((value) => value);

const radios = (form, name) =>
  form.find(`input[name=${name}]`).toArray().filter((r) => !r.attr("disabled")).map((r) => r.attr("value"));

/* The card goes to Stripe (the sandbox), as the card frame sends it; then the ledger is asked until it says paid. */
function pay(page) {
  const form = page.html().find("#payment-form");
  const submitted = Date.now();
  const [key, secret] = [form.attr("data-publishable-key"), form.attr("data-client-secret")];
  const [stripe] = page.html().find("script[src$='/v3/']").attr("src").match(/^https?:\/\/[^/]+/);
  const reply = http.post(`${stripe}/v1/payment_intents/${secret.split("_secret_")[0]}/confirm`, {
    key,
    client_secret: secret,
    use_stripe_sdk: "true",
    return_url: BASE + "/",
    "payment_method_data[type]": "card",
    "payment_method_data[card][number]": "4242424242424242",
    "payment_method_data[card][exp_month]": "12",
    "payment_method_data[card][exp_year]": "34",
    "payment_method_data[card][cvc]": "123",
  });
  expect(reply.status === 200, `the card was not taken: ${reply.status} ${reply.body}`);
  waitForLedger(form.attr("data-status-url"));
  confirmed.add(Date.now() - submitted);
}

function waitForLedger(statusUrl) {
  let wait = FIRST_WAIT;
  for (let poll = 0; poll < MOST_POLLS; poll += 1) {
    sleep(wait);
    wait = Math.min(wait * SLOWER, LONGEST_WAIT);
    const late = poll >= CHECK_AFTER && poll % 4 === 0;
    const state = visit(`${statusUrl}${late ? "?check=1" : ""}`).json("state");
    if (state !== "waiting") return expect(state === "paid", `the payment ended ${state}`);
  }
  throw new Error("the ledger never said that it is paid");
}
