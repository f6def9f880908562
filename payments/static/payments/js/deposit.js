/* The pages of deposit and balance: mounts Stripe's Payment Element, and waits for the ledger, never for the redirect. */
(() => {
  "use strict";
  const POLLS = 40;
  const FIRST_WAIT_MS = 500;
  const LONGEST_WAIT_MS = 5000;
  const CHECK_AFTER_POLLS = 4;

  const alertBox = document.getElementById("payment-error");
  const statusBox = document.getElementById("payment-status");

  const sentences = document.getElementById("payment-sentences").content;
  const sentence = (name) => sentences.querySelector(`[data-name="${name}"]`).textContent;
  const say = (text) => { statusBox.textContent = text; };
  const fail = (text) => { alertBox.textContent = text; };
  /* Stripe says why a card was declined; what that means for the caregiver is ours to say. */
  const explained = ({ type, message }) => {
    if (!message) return sentence("failed");
    return type === "card_error" ? sentence("declined").replace("{reason}", message) : message;
  };
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
        const reply = await fetch(`${statusUrl}${late ? "?check=1" : ""}`, { headers: { Accept: "application/json" } });
        if (reply.redirected || !reply.ok) continue;
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

  /* Counts from the server's clock when it made the page: the device's own may be wrong. */
  const keepMinutesCurrent = () => {
    const hold = document.getElementById("hold");
    const minutes = document.getElementById("hold-minutes");
    if (!hold || !minutes) return;
    const left = Date.parse(hold.dataset.holdExpiresAt) - Date.parse(hold.dataset.serverNow);
    setInterval(() => {
      const whole = Math.max(0, Math.ceil((left - performance.now()) / 60000));
      const { one, many } = minutes.dataset;
      minutes.textContent = whole === 1 ? one : many.replace("{count}", whole);
    }, 15000);
  };

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const appearance = () => ({
    theme: window.matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "stripe",
    variables: {
      colorPrimary: token("--brand") || "#6b2d5c",
      colorText: token("--ink") || "#271c27",
      colorBackground: token("--surface") || "#ffffff",
      fontSizeBase: "18px",
    },
  });

  const startPayment = (form) => {
    const button = document.getElementById("payment-submit");
    const { publishableKey, clientSecret, returnUrl, statusUrl } = form.dataset;
    if (typeof window.Stripe !== "function") {
      fail(sentence("no-form"));
      button.disabled = true;
      return;
    }
    const stripe = window.Stripe(publishableKey);
    const elements = stripe.elements({ clientSecret, appearance: appearance() });
    const element = elements.create("payment");
    element.mount("#payment-element");
    element.on("loaderror", () => fail(sentence("no-form")));

    let busy = false;
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
  };

  keepMinutesCurrent();
  const form = document.getElementById("payment-form");
  const processing = document.getElementById("payment-processing");
  if (form) startPayment(form);
  if (processing) waitForLedger(processing.dataset.statusUrl, processing.dataset.returnUrl);
})();
