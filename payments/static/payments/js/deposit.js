/* The pages of deposit and balance: mounts Stripe's Payment Element, waits for the ledger and never for the redirect,
   and keeps the hold by the server's clock. */
(() => {
  "use strict";
  const POLLS = 40;
  const FIRST_WAIT_MS = 500;
  const LONGEST_WAIT_MS = 5000;
  const CHECK_AFTER_POLLS = 4;
  const TICK_MS = 1000;
  const LAST_HOUR = 3600;
  const ASK_AGAIN_SECONDS = 10;

  const alertBox = document.getElementById("payment-error");
  const statusBox = document.getElementById("payment-status");

  const sentences = document.getElementById("payment-sentences").content;
  const sentence = (name) => sentences.querySelector(`[data-name="${name}"]`).textContent;
  const say = (text) => { statusBox.textContent = text; };
  const fail = (text) => { alertBox.textContent = text; };
  /* Stripe says why a card was declined; what that means for the caregiver is ours to say. */
  const explained = ({ type, code, message }) => {
    if (!message) return sentence("failed");
    const declined = type === "card_error" || code === "payment_intent_authentication_failure";
    return declined ? sentence("declined").replace("{reason}", message) : message;
  };
  const json = { headers: { Accept: "application/json" } };
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  /* Asks the ledger until it says how it ended; slower each time, and once it is late lets it ask Stripe. */
  const waitForLedger = async (statusUrl, pageUrl) => {
    let wait = FIRST_WAIT_MS;
    for (let poll = 0; poll < POLLS; poll += 1) {
      await pause(wait);
      wait = Math.min(wait * 1.4, LONGEST_WAIT_MS);
      const late = poll >= CHECK_AFTER_POLLS && poll % 4 === 0;
      if (poll === CHECK_AFTER_POLLS) {
        say(sentence("slow"));
      }
      try {
        const reply = await fetch(`${statusUrl}${late ? "?check=1" : ""}`, json);
        if (reply.redirected || (!reply.ok && reply.status !== 404)) continue;
        const { state } = await reply.json();
        if (state !== "waiting") {
          window.location.assign(pageUrl);
          return;
        }
      } catch {
        /* Offline for a moment: the next round asks again. */
      }
    }
    say(sentence("later"));
  };

  /* The hold: the minutes that are left, more of them on request, and its end. The device's clock may be wrong and
     stands still while it sleeps: the server says how many seconds are left, now and whenever it matters. */
  const keepHold = (box, payment) => {
    const minutes = box.querySelector(".hold__minutes");
    const plural = new Intl.PluralRules(document.documentElement.lang);
    let endsAt = performance.now() + Number(box.dataset.secondsLeft) * 1000;
    let asking = false;
    const secondsLeft = () => Math.ceil((endsAt - performance.now()) / 1000);

    const show = () => {
      const left = secondsLeft();
      const whole = Math.max(1, Math.ceil(left / 60));
      const form = sentences.querySelector(`[data-name="minutes-${plural.select(whole)}"]`);
      const text = left > LAST_HOUR || !form ? "" : form.textContent.replace("{count}", whole);
      if (minutes.textContent !== text) minutes.textContent = text;
    };
    const over = () => {
      clearInterval(ticking);
      document.removeEventListener("visibilitychange", lookAgain);
      box.remove();
      payment.end();
    };
    const ask = async () => {
      if (asking || payment.isBusy()) return;
      asking = true;
      try {
        const reply = await fetch(payment.statusUrl, json);
        if (reply.redirected) {
          window.location.reload(); // signed out meanwhile
          return;
        }
        const { state, payment: paid, seconds_left: left } = await reply.json();
        if (left > 0) {
          endsAt = performance.now() + left * 1000;
          show();
        } else if (state === "paid" || paid === "processing") {
          window.location.assign(payment.returnUrl);
        } else {
          over();
        }
      } catch {
        /* Offline: nothing can be paid now, and the page asks again. */
        endsAt = Math.max(endsAt, performance.now() + ASK_AGAIN_SECONDS * 1000);
      } finally {
        asking = false;
      }
    };
    const lookAgain = () => { if (document.visibilityState === "visible") ask(); };
    const ticking = setInterval(() => { if (secondsLeft() > 0) show(); else ask(); }, TICK_MS);
    document.addEventListener("visibilitychange", lookAgain);

    const extend = document.getElementById("hold-extend");
    extend?.addEventListener("submit", async (event) => {
      event.preventDefault();
      fail("");
      try {
        const reply = await fetch(extend.action, { ...json, method: "POST", body: new FormData(extend) });
        const { error, message, until, seconds_left: left } = await reply.json();
        if (error) {
          fail(error);
          return;
        }
        endsAt = performance.now() + left * 1000;
        box.querySelector(".hold__until").textContent = until;
        show();
        extend.remove();
        say(message);
        document.getElementById("hold-text").focus();
      } catch {
        fail(sentence("no-more-time"));
      }
    });
  };

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  /* The card form in the site's font and colours; see Stripe's Appearance API. */
  const appearance = () => ({
    theme: dark.matches ? "night" : "stripe",
    variables: {
      colorPrimary: token("--brand"),
      colorText: token("--ink"),
      colorTextSecondary: token("--ink-soft"),
      colorTextPlaceholder: token("--ink-soft"),
      colorBackground: token("--surface"),
      colorDanger: token("--bad"),
      fontFamily: "\"Source Sans 3\", system-ui, sans-serif",
      fontSizeBase: "18px",
      fontWeightMedium: "650",
      borderRadius: "10px",
      spacingUnit: "4px",
    },
    rules: {
      ".Input": { border: `1px solid ${token("--line-strong")}`, boxShadow: "none" },
      ".Label": { fontWeight: "650", color: token("--ink") },
    },
  });
  const fonts = (address) => [{ family: "Source Sans 3", src: `url(${address})`, weight: "200 900", display: "swap" }];

  const startPayment = (form) => {
    const button = document.getElementById("payment-submit");
    const { publishableKey, clientSecret, returnUrl, statusUrl, font } = form.dataset;
    let busy = false;
    let element = null;
    const payment = {
      statusUrl,
      returnUrl,
      isBusy: () => busy,
      end: () => {
        const wasInside = form.contains(document.activeElement);
        element?.unmount();
        form.remove();
        fail("");
        const place = document.getElementById("payment-over");
        place.append(document.getElementById("hold-over").content.cloneNode(true));
        document.getElementById("payment-note").remove();
        const heading = place.querySelector("h3");
        if (wasInside) heading.focus();
        say(wasInside ? "" : heading.textContent);
      },
    };
    if (typeof window.Stripe !== "function") {
      fail(sentence("no-form"));
      button.disabled = true;
      return payment;
    }
    const stripe = window.Stripe(publishableKey);
    const elements = stripe.elements({ clientSecret, appearance: appearance(), fonts: fonts(new URL(font, document.baseURI)) });
    dark.addEventListener("change", () => elements.update({ appearance: appearance() }));
    element = elements.create("payment");
    element.mount("#payment-element");
    element.on("loaderror", () => fail(sentence("no-form")));

    const release = () => {
      busy = false;
      button.removeAttribute("aria-disabled");
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      button.setAttribute("aria-disabled", "true");
      fail("");
      say(sentence("sending"));
      try {
        const { error, paymentIntent } = await stripe.confirmPayment({
          elements,
          confirmParams: { return_url: returnUrl },
          redirect: "if_required",
        });
        if (error && error.code === "payment_intent_unexpected_state") {
          window.location.assign(returnUrl);
        } else if (error) {
          say("");
          fail(explained(error));
          release();
        } else if (paymentIntent && paymentIntent.status === "requires_payment_method") {
          say("");
          fail(sentence("not-confirmed"));
          release();
        } else {
          say(sentence("confirming"));
          await waitForLedger(statusUrl, returnUrl);
        }
      } catch {
        say(sentence("checking"));
        await waitForLedger(statusUrl, returnUrl);
      }
    });
    return payment;
  };

  const wide = window.matchMedia("(min-width: 56em)");
  for (const details of document.querySelectorAll("details[data-open-when-wide]")) details.open = wide.matches;

  const form = document.getElementById("payment-form");
  const hold = document.getElementById("hold");
  const processing = document.getElementById("payment-processing");
  const payment = form ? startPayment(form) : null;
  if (payment && hold?.dataset.secondsLeft) keepHold(hold, payment);
  if (processing) waitForLedger(processing.dataset.statusUrl, processing.dataset.returnUrl);
})();
