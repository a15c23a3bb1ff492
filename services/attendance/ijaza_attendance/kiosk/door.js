/** The server, as a kiosk talks to it: each answer, or an error that says what to do next. */

import { utf8 } from "./encoding.js";
import { detachedJws } from "./keys.js";

/** How long an answer may take, in ms. */
const PATIENCE = 20_000;

/** The server answered, and not with what was asked for. `code` is the problem's, `after` in ms. */
export class Refused extends Error {
  constructor(status, code, detail, after) {
    super(detail || code);
    Object.assign(this, { status, code, after });
  }
}

async function ask(path, options = {}) {
  const answer = await fetch(path, {
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
    ...options,
  });
  if (answer.ok || answer.status === 304) return answer;
  const problem = await answer.json().catch(() => ({}));
  const code = String(problem.type ?? "").split(":").pop() || `http-${answer.status}`;
  const after = Number(answer.headers.get("Retry-After")) * 1000 || 0;
  throw new Refused(answer.status, code, problem.detail, after);
}

const json = (body, headers = {}) => ({
  method: "POST",
  body,
  headers: { "Content-Type": "application/json", ...headers },
});

export async function serverTime() {
  return (await (await ask("/v1/kiosk/time")).json()).server_time;
}

/** Spend a code: {device, label, token}. */
export async function enrol(code, publicKey) {
  const body = { code, public_key: publicKey, user_agent: navigator.userAgent.slice(0, 200) };
  return (await ask("/v1/kiosk/enrolment", json(JSON.stringify(body)))).json();
}

/** What a device may ask once it is enrolled. It gets a new token by its key when the old one ends. */
export class Door {
  #device;
  #clock;
  #keepToken;

  constructor(device, clock, keepToken) {
    this.#device = device;
    this.#clock = clock;
    this.#keepToken = keepToken;
  }

  async #asDevice(path, options = {}) {
    const as = () => ({
      ...options,
      headers: { ...options.headers, Authorization: `Bearer ${this.#device.token}` },
    });
    try {
      return await ask(path, as());
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
    }
    await this.renew();
    return ask(path, as());
  }

  async renew() {
    const { device, key } = this.#device;
    const at = new Date(this.#clock.now()).toISOString();
    const body = utf8(JSON.stringify({ device, at }));
    const signature = await detachedJws(key, device, body);
    const answer = await ask("/v1/kiosk/token", json(body, { "Ijaza-Signature": signature }));
    this.#device.token = (await answer.json()).token;
    await this.#keepToken(this.#device);
  }

  /** {etag, body}, or null if it is the one with this ETag. */
  async bundle(etag) {
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await this.#asDevice("/v1/kiosk/bundle", { headers });
    if (answer.status === 304) return null;
    return { etag: answer.headers.get("ETag"), body: await answer.json() };
  }

  /** Send the bytes of a batch: the outcomes of its scans. */
  async send({ body, signature }) {
    const answer = await this.#asDevice("/v1/kiosk/batches", json(body, { "Ijaza-Signature": signature }));
    return (await answer.json()).outcomes;
  }
}
