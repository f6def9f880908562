// A stand-in for Stripe.js, served by the Stripe sandbox. It never sees a card: the fields live in
// a frame on the sandbox's origin, which also confirms the payment.
(() => {
  "use strict";

  const script = document.currentScript ?? [...document.scripts].find((one) => /\/v3\/?$/.test(one.src));
  const origin = new URL(script.src).origin;
  const CONNECTION_ERROR = {
    type: "api_connection_error",
    message:
      "We are experiencing issues connecting to our payments provider. " +
      "Please check your internet connection and try again.",
  };

  class IntegrationError extends Error {
    name = "IntegrationError";
  }

  const intentId = (clientSecret) => {
    const [id, rest] = String(clientSecret).split("_secret_");
    if (!id.startsWith("pi_") || !rest) {
      throw new IntegrationError("Invalid value: the client secret must be that of a PaymentIntent.");
    }
    return id;
  };

  async function retrieve(key, clientSecret) {
    const query = new URLSearchParams({ key, client_secret: clientSecret });
    try {
      const reply = await fetch(`${origin}/v1/payment_intents/${intentId(clientSecret)}?${query}`);
      const body = await reply.json();
      return reply.ok ? { paymentIntent: body } : { error: body.error };
    } catch (failure) {
      if (failure instanceof IntegrationError) throw failure;
      return { error: CONNECTION_ERROR };
    }
  }

  // Shows the bank's page in a modal frame and resolves with what came of it.
  function authenticate(intent) {
    const dialog = document.createElement("dialog");
    const frame = document.createElement("iframe");
    dialog.setAttribute("aria-label", "Card authentication");
    frame.title = "3D Secure";
    frame.src = intent.next_action.use_stripe_sdk.stripe_js;
    Object.assign(dialog.style, {
      border: "0", padding: "0", width: "min(28rem, 94vw)", borderRadius: "8px",
      boxShadow: "0 8px 40px rgba(0, 0, 0, 0.35)", background: "#fff", colorScheme: "light",
    });
    Object.assign(frame.style, { border: "0", display: "block", width: "100%", height: "22rem" });
    dialog.append(frame);
    return new Promise((resolve) => {
      const tell = (message) => frame.contentWindow.postMessage({ sandbox: message }, origin);
      const listen = (event) => {
        if (event.source !== frame.contentWindow || event.origin !== origin) return;
        if (event.data?.sandbox !== "authenticated") return;
        removeEventListener("message", listen);
        dialog.close();
        dialog.remove();
        resolve(event.data.result);
      };
      addEventListener("message", listen);
      // Escape gives up, which the bank takes for a failed authentication.
      dialog.addEventListener("cancel", (event) => {
        event.preventDefault();
        tell("give up");
      });
      document.body.append(dialog);
      dialog.showModal();
      frame.addEventListener("load", () => frame.focus());
    });
  }

  async function withNextAction(key, clientSecret, result) {
    const intent = result.paymentIntent;
    if (result.error || intent.status !== "requires_action") return result;
    if (intent.next_action?.type !== "use_stripe_sdk") return result;
    const { error } = await authenticate(intent);
    if (error) return { error };
    const after = await retrieve(key, clientSecret);
    const failure = after.paymentIntent?.last_payment_error;
    if (failure) return { error: { ...failure, payment_intent: after.paymentIntent } };
    return after;
  }

  class PaymentElement {
    #elements; #options; #frame = null; #listeners = new Map(); #waiting = new Map(); #calls = 0;
    #ready; #isReady;

    constructor(elements, options) {
      this.#elements = elements;
      this.#options = options;
      this.#isReady = new Promise((resolve) => { this.#ready = resolve; });
    }

    mount(target) {
      const place = typeof target === "string" ? document.querySelector(target) : target;
      if (!place) throw new IntegrationError(`The selector you specified (${target}) applies to no DOM elements.`);
      const frame = document.createElement("iframe");
      frame.title = "Secure payment input frame";
      frame.src = `${origin}/v3/payment`;
      frame.allow = "payment *";
      Object.assign(frame.style, { border: "0", display: "block", width: "100%", height: "16rem" });
      addEventListener("message", this.#receive);
      place.replaceChildren(frame);
      place.classList.add("StripeElement");
      this.#frame = frame;
      return this;
    }

    unmount() {
      removeEventListener("message", this.#receive);
      this.#frame?.remove();
      this.#frame = null;
    }

    destroy() { this.unmount(); }
    on(event, listener) {
      this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
      return this;
    }
    off(event, listener) {
      const kept = (this.#listeners.get(event) ?? []).filter((one) => listener && one !== listener);
      this.#listeners.set(event, kept);
      return this;
    }
    once(event, listener) {
      const only = (detail) => { this.off(event, only); listener(detail); };
      return this.on(event, only);
    }
    focus() { this.ask("focus"); }
    blur() { this.ask("blur"); }
    clear() { this.ask("clear"); }
    update(options) { Object.assign(this.#options, options); }
    restyle() { if (this.#frame) this.ask("style", this.#look()); }

    // Asks the frame to do something; resolves with its answer.
    async ask(action, detail = {}) {
      if (!this.#frame) {
        throw new IntegrationError("Invalid value for elements: the Payment Element is not mounted.");
      }
      await this.#isReady;
      const id = ++this.#calls;
      return new Promise((resolve) => {
        this.#waiting.set(id, resolve);
        this.#frame.contentWindow.postMessage({ sandbox: "ask", id, action, detail }, origin);
      });
    }

    #look() {
      const colorScheme = getComputedStyle(this.#frame).colorScheme;
      const { appearance = {}, fonts = [] } = this.#elements.options;
      return { appearance, fonts, colorScheme };
    }

    async #load() {
      const { key, options } = this.#elements;
      const { error } = await retrieve(key, options.clientSecret);
      if (error) return this.#tell("loaderror", { error });
      await this.ask("style", this.#look());
      this.#tell("ready");
    }

    #tell(event, detail = {}) {
      for (const listener of this.#listeners.get(event) ?? []) {
        listener({ elementType: "payment", ...detail });
      }
    }

    #receive = (event) => {
      if (event.source !== this.#frame?.contentWindow || event.origin !== origin) return;
      const { sandbox, id, answer, detail } = event.data ?? {};
      if (sandbox === "loaded") { this.#ready(); this.#load(); }
      if (sandbox === "height") this.#frame.style.height = `${detail}px`;
      if (sandbox === "answer") { this.#waiting.get(id)?.(answer); this.#waiting.delete(id); }
      if (["change", "focus", "blur", "escape"].includes(sandbox)) this.#tell(sandbox, detail);
    };
  }

  class Elements {
    #element = null;

    constructor(key, options) {
      this.key = key;
      this.options = { ...options };
      intentId(options?.clientSecret);
    }

    create(type, options = {}) {
      if (type !== "payment") throw new IntegrationError(`The sandbox has no '${type}' element.`);
      if (this.#element) throw new IntegrationError("Can only create one Element of type payment.");
      this.#element = new PaymentElement(this, options);
      return this.#element;
    }

    getElement(type) { return type === "payment" ? this.#element : null; }

    update(options) {
      Object.assign(this.options, options);
      this.#element?.restyle();
    }

    // Checks the fields; their errors are shown in the frame.
    async submit() {
      if (!this.#element) throw new IntegrationError("elements.submit() needs a mounted element.");
      const { error } = await this.#element.ask("validate");
      return error ? { error } : { selectedPaymentMethod: "card" };
    }

    async fetchUpdates() { return {}; }
  }

  function returnTo(address, intent) {
    const url = new URL(address, location.href);
    url.searchParams.set("payment_intent", intent.id);
    url.searchParams.set("payment_intent_client_secret", intent.client_secret);
    url.searchParams.set("redirect_status", intent.status === "succeeded" ? "succeeded" : "pending");
    location.assign(url);
    return new Promise(() => {}); // the page is leaving
  }

  class StripeClient {
    #key;

    constructor(key) { this.#key = key; }

    elements(options) { return new Elements(this.#key, options); }

    async confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = "always" }) {
      if (redirect === "always" && !confirmParams.return_url) {
        throw new IntegrationError("confirmParams.return_url is required unless redirect is 'if_required'.");
      }
      const secret = clientSecret ?? elements.options.clientSecret;
      intentId(secret);
      const checked = await elements.submit();
      if (checked.error) return { error: checked.error };
      const element = elements.getElement("payment");
      const confirmed = await element.ask("confirm", {
        key: this.#key, clientSecret: secret, params: confirmParams,
      });
      const result = await withNextAction(this.#key, secret, confirmed);
      if (result.error || redirect !== "always") return result;
      return returnTo(confirmParams.return_url, result.paymentIntent);
    }

    async handleNextAction({ clientSecret }) {
      return withNextAction(this.#key, clientSecret, await retrieve(this.#key, clientSecret));
    }

    retrievePaymentIntent(clientSecret) { return retrieve(this.#key, clientSecret); }
  }

  window.Stripe = function Stripe(key) {
    if (!/^pk_test_/.test(key ?? "")) {
      throw new IntegrationError("Please call Stripe() with your publishable test key.");
    }
    return new StripeClient(key);
  };
  window.Stripe.version = "sandbox";
})();
