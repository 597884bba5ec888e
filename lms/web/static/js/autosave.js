// Words are saved as they are typed. Convention: <form data-autosave="URL" data-autosave-version="N">.
// The form is posted (with csrf_token and version) 1.5 s after the last change, and when the reader goes
// elsewhere. The answer is {"saved_at": "14:32", "version": 7}, or 409 {"message": "…"} when another window
// saved meanwhile; a `note` is said beside the time. What has not been saved is kept in this tab's sessionStorage until it has.

const WAIT = 1500;
const RETRIES = [5000, 15000, 30000, 60000];
const ANNOUNCE_EVERY = 60000;
const KEEPALIVE_LIMIT = 60000; // A browser finishes a small request even after its page has gone.
const SKIPPED = new Set(["csrf_token", "version"]);

const store = {
  read(key) {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null;
    }
  },
  write(key, value) {
    try {
      sessionStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
  keys() {
    try {
      return Object.keys(sessionStorage).filter((key) => key.startsWith("lms:unsent:"));
    } catch {
      return [];
    }
  },
  remove(key) {
    try {
      sessionStorage.removeItem(key);
    } catch {
      // Nothing was kept, so nothing is left.
    }
  },
};

const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

class Badge {
  constructor(form) {
    this.place = form.querySelector("[data-saved-badge]") ?? document.querySelector("[data-saved-badge]");
    this.announced = 0;
  }

  show(state, icon, words, acts = []) {
    if (!this.place) return;
    const quiet = state !== "unsaved" && Date.now() - this.announced < ANNOUNCE_EVERY;
    this.place.setAttribute("aria-live", quiet || state === "saving" ? "off" : "polite");
    if (!quiet && state !== "saving") this.announced = Date.now();
    this.place.dataset.state = state;
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    picture.setAttribute("class", "icon");
    picture.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${this.place.dataset.icons}#${icon}`);
    picture.append(use);
    this.place.replaceChildren(picture, element("span", words), ...acts.map(([text, act]) => {
      const button = element("button", text, "quiet");
      button.type = "button";
      button.addEventListener("click", act);
      return button;
    }));
  }
}

class Autosave {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave;
    this.version = form.dataset.autosaveVersion ?? "";
    this.key = `lms:unsent:${new URL(this.url, window.location.href).pathname}:${form.id}`;
    this.badge = new Badge(form);
    this.saved = this.values();
    this.last = form.querySelector("[data-saved-badge]")?.textContent.match(/\d\d:\d\d/)?.[0] ?? "";
    this.timer = 0;
    this.tries = 0;
    this.sending = null;
    this.stopped = false;
    this.failed = false;
    this.leaving = false;
    this.listen();
    this.restore();
  }

  listen() {
    // On the document: a field may stand elsewhere on the page and belong to the form by its `form`.
    const on = (kind, act) => document.addEventListener(kind, (event) => event.target.form === this.form && act());
    on("input", () => this.changed(WAIT));
    on("change", () => this.changed(400));
    // Not at once: the badge's words would move what is being clicked, and the click would be lost.
    on("focusout", () => this.dirty() && this.changed(400));
    this.form.addEventListener("submit", (event) => this.submitting(event));
    window.addEventListener("online", () => this.dirty() && this.save());
    window.addEventListener("pagehide", () => this.part());
    window.addEventListener("pageshow", (event) => event.persisted && this.reload());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.save());
    document.addEventListener("lms:leaving", () => {
      this.part();
      this.leaving = true;
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.dirty() && (this.failed || this.stopped) && !this.leaving) event.preventDefault();
    });
  }

  fields() {
    const data = new FormData(this.form);
    for (const [name, value] of [...data]) if (typeof value !== "string") data.delete(name);
    data.set("version", this.version);
    return data;
  }

  values() {
    return JSON.stringify([...this.fields()].filter(([name]) => !SKIPPED.has(name)));
  }

  dirty() {
    return this.values() !== this.saved;
  }

  keep(extra = {}) {
    return store.write(this.key, { values: this.values(), version: this.version, ...extra });
  }

  changed(wait) {
    clearTimeout(this.timer);
    if (!this.dirty()) {
      if (!this.sending) store.remove(this.key);
      return;
    }
    this.keep(this.sending ? { carried: this.carried } : {});
    if (this.stopped) return;
    this.timer = setTimeout(() => this.save(), wait);
  }

  async save() {
    clearTimeout(this.timer);
    if (this.stopped || !this.dirty()) return;
    if (this.sending) {
      await this.sending;
      if (this.stopped || this.failed || !this.dirty()) return;
    }
    const carried = this.values();
    this.carried = carried;
    this.keep({ carried });
    this.badge.show("saving", "saving", "Saving");
    this.sending = this.send(carried).finally(() => {
      this.sending = null;
    });
    await this.sending;
  }

  async send(carried) {
    let answer;
    try {
      const body = new URLSearchParams([...this.fields()]);
      answer = await fetch(this.url, {
        method: "POST",
        body,
        keepalive: body.toString().length < KEEPALIVE_LIMIT,
        headers: { Accept: "application/json", "X-Requested-With": "fetch" },
        credentials: "same-origin",
        redirect: "manual",
      });
    } catch {
      this.missed("Not saved");
      return;
    }
    const said = await answer.json().catch(() => ({}));
    if (answer.ok && said.version !== undefined) this.done(said, carried);
    else if (answer.status === 409) this.conflict(said.message);
    else if (answer.type === "opaqueredirect" || answer.status === 401) {
      this.missed("Not saved", "Open this page again from where you came, and they will be here.");
    } else this.missed("Not saved", said.message ?? "");
  }

  done(said, carried) {
    this.version = String(said.version);
    this.form.dataset.autosaveVersion = this.version;
    for (const hidden of this.form.querySelectorAll("input[type=hidden][name=version]")) hidden.value = this.version;
    this.saved = carried;
    this.last = said.saved_at || clock();
    this.tries = 0;
    this.failed = false;
    if (this.dirty()) this.changed(WAIT);
    else store.remove(this.key);
    this.badge.show("saved", "saved", `Saved ${this.last}${said.note ? `. ${said.note}` : ""}`);
    document.dispatchEvent(new CustomEvent("lms:saved", { detail: { form: this.form, answer: said } }));
  }

  missed(start, more = "") {
    this.failed = true;
    const kept = this.keep();
    const since = this.last ? `${start} since ${this.last}. ` : `${start} yet. `;
    const words = kept ? "Your words are kept on this device." : "Keep this page open, so that your words stay.";
    this.badge.show("unsaved", "unsaved", since + words + (more ? ` ${more}` : ""), [["Try again", () => this.save()]]);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), RETRIES[Math.min(this.tries, RETRIES.length - 1)]);
    this.tries += 1;
  }

  conflict(message) {
    this.stopped = true;
    const kept = this.keep();
    const words = message || "This was changed in another window, so it was not saved here.";
    const keep = kept ? "Your words here are kept on this device." : "Copy your words before you leave this page.";
    const acts = kept ? [["Open the latest, and see both", () => this.reload()]] : [];
    this.badge.show("unsaved", "unsaved", `${words} ${keep}`, acts);
  }

  reload() {
    this.leaving = true;
    window.location.reload();
  }

  // The page is going away. What is on its way stays on its way; what is newer stays in the tab.
  part() {
    if (this.stopped || this.leaving || !this.dirty()) return;
    if (this.sending) this.keep({ carried: this.carried });
    else this.save();
  }

  submitting(event) {
    clearTimeout(this.timer);
    this.leaving = true;
    this.keep({ submitted: true });
    if (!this.sending) return;
    event.preventDefault();
    this.sending.then(() => this.form.requestSubmit(event.submitter));
  }

  restore() {
    const kept = store.read(this.key);
    if (!kept) return;
    if (kept.values === this.saved) store.remove(this.key);
    else if (kept.version === this.version || kept.carried === this.saved) {
      this.put(kept.values);
      this.badge.show("unsaved", "unsaved", "Your unsent words are back on this page.");
      this.changed(WAIT);
    } else this.offer(kept.values);
  }

  put(values) {
    const wanted = new Map();
    for (const [name, value] of JSON.parse(values)) wanted.set(name, [...(wanted.get(name) ?? []), value]);
    for (const control of this.form.elements) {
      if (!control.name || SKIPPED.has(control.name) || ["file", "submit", "button", "hidden"].includes(control.type)) continue;
      const texts = wanted.get(control.name) ?? [];
      if (control.type === "checkbox" || control.type === "radio") control.checked = texts.includes(control.value);
      else if (texts.length) control.value = texts.shift();
      // Words that come back must be seen. (A named `details` closes its siblings, so it stays.)
      if (control.value && control.type !== "radio") control.closest("details:not([name])")?.setAttribute("open", "");
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  // Both were changed: the reader decides.
  offer(values) {
    const texts = JSON.parse(values).filter(([, value]) => value.length > 20).map(([, value]) => value);
    const box = element("section", "", "kept");
    box.append(element("h2", "Words from this device that were not saved"));
    box.append(element("p", "The page below was saved later from another window. Copy what you want to keep, or use these words instead."));
    const label = element("label", "Your unsaved words", "label");
    const area = element("textarea", "", "form-control");
    area.id = `kept-${Math.random().toString(36).slice(2)}`;
    label.htmlFor = area.id;
    area.readOnly = true;
    area.value = texts.join("\n\n");
    const acts = element("p", "", "acts");
    for (const [text, act] of [["Use these words", () => this.put(values)], ["Let them go", () => store.remove(this.key)]]) {
      const button = element("button", text, "btn btn-2");
      button.type = "button";
      button.addEventListener("click", () => {
        act();
        box.remove();
      });
      acts.append(button);
    }
    box.append(label, area, acts);
    this.form.before(box);
  }
}

const here = [...document.querySelectorAll("form[data-autosave]")].map((form) => new Autosave(form));

// What was handed over by a button, and answered with another page than a refusal, need not be kept.
if (!document.querySelector("[data-refusal]")) {
  for (const key of store.keys()) {
    if (store.read(key)?.submitted && !here.some((one) => one.key === key)) store.remove(key);
  }
}
