// One caregiver in a real browser: signs in, books, pays by card in Stripe's frame, and looks through the library.
import { browser } from "k6/browser";
import exec from "k6/execution";
import { Rate, Trend } from "k6/metrics";

import { BASE, FIXTURE, options as made } from "./lib/settings.js";
import { expect } from "./lib/steps.js";

const failed = new Rate("browser_failed");
const confirmed = new Trend("browser_payment_confirmed", true);
const WAIT = { timeout: 15_000 };

export const options = made({
  browser: {
    executor: "shared-iterations", exec: "bookAndPay", vus: 1, iterations: 3, maxDuration: "3m",
    options: { browser: { type: "chromium" } },
  },
});

export async function bookAndPay() {
  const page = await browser.newPage();
  let fine = false;
  try {
    await signIn(page);
    await book(page);
    await pay(page);
    await page.goto(`${BASE}/library/`);
    fine = true;
  } catch (error) {
    console.error(`${error} ${error.stack}`);
  } finally {
    failed.add(!fine);
    await page.close();
  }
}

async function signIn(page) {
  await page.goto(`${BASE}/accounts/login/`);
  await page.locator("#id_login").fill(FIXTURE.caregivers[FIXTURE.caregivers.length - 1]);
  await page.locator("#id_password").fill(FIXTURE.password);
  await Promise.all([page.waitForNavigation(), page.locator(".account-form .actions .button:not(.button--secondary)").click()]);
  expect(page.url().endsWith("/dashboard/"), `signing in led to ${page.url()}`);
}

async function book(page) {
  await page.goto(`${BASE}/book/?service=${FIXTURE.service}`);
  const days = await page.$$("a.calendar__day");
  await days[exec.scenario.iterationInTest].click();
  await page.waitForSelector("a.calendar__day[aria-current=date]", WAIT);
  await (await page.$("input[name=session]:enabled")).check();
  await page.locator("select[name=care_recipient]").selectOption({ index: 1 });
  await Promise.all([page.waitForNavigation(), page.locator("#booking-form .button--wide").click()]);
  expect(page.url().includes("/deposit/"), `booking led to ${page.url()}`);
}

async function pay(page) {
  const card = await cardFrame(page);
  await card.locator("#number").fill("4242424242424242");
  await card.locator("#expiry").fill("12/34");
  await card.locator("#cvc").fill("123");
  const begin = Date.now();
  await page.locator("#payment-submit").click();
  await page.locator(".outcome h1").waitFor(WAIT);
  confirmed.add(Date.now() - begin);
  const heading = await page.locator(".outcome h1").textContent();
  expect(heading.includes("Deposit paid"), `the page says ${heading}`);
}

/* The Payment Element's frame, once its fields are there. */
async function cardFrame(page) {
  const element = await page.waitForSelector("iframe[title='Secure payment input frame']", WAIT);
  const frame = await element.contentFrame();
  await frame.waitForSelector("#number", WAIT);
  return frame;
}
