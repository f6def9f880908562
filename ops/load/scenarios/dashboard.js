// Managers read the figures while caregivers book and pay.
import { Rate, Trend } from "k6/metrics";

import { bookAndPay, warmUpBooking } from "./lib/caregiver.js";
import { FIXTURE, options as made, people } from "./lib/settings.js";
import { attempt, expect, one, signedInAs, think, visit, warmUp } from "./lib/steps.js";

const MANAGERS = 2;
const DAY_MS = 86_400_000;
const failed = new Rate("dashboard_failed");
const page = new Trend("dashboard_page", true);
const figures = new Trend("dashboard_data", true);

export { bookAndPay };
export const options = made({ booking: people("bookAndPay"), dashboard: people("readFigures", MANAGERS) });

export function setup() {
  warmUpBooking();
  warmUp(FIXTURE.managers[0], "/admin/insights/", "/admin/insights/data.json");
}

export function readFigures() {
  attempt(failed, () => {
    signedInAs(FIXTURE.managers);
    think(); // at the start everybody signs in at once, and a dozen passwords are hashed
    const question = range(one([7, 30, 90, 365]));
    expect(visit(`/admin/insights/${question}`, page).body.includes("<h1"), "the dashboard has no heading");
    think();
    const told = visit(`/admin/insights/data.json${question}`, figures).json();
    expect(Object.keys(told.kpis).length > 0, "there are no figures");
    think();
  });
}

const day = (moment) => new Date(moment).toISOString().slice(0, 10);
const range = (days) => `?from=${day(Date.now() - (days - 1) * DAY_MS)}&to=${day(Date.now())}`;
