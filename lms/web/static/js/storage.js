// Platform storage (LTI Client Side postMessages 0.1, LTI Platform Storage 0.1), for a frame that may keep no cookie.
// The login page gives the VLE's page a secret to keep; the launch page asks for it back and brings it to us. What
// it proves is in lms/lti/rules/storage.py. Nothing is said to, or heard from, any origin but the platform's.
const LIMIT = 1500; // ms until we go on without
const ASK_FIRST = 400; // ms of it that the VLE has to say what it can do
const TICKET = 60_000; // ms that a ticket lives
const OLD = "org.imsglobal."; // what the subjects began with before the specification was done

const keep = document.querySelector("[data-keep]");
const offer = document.querySelector("[data-offer]");
if (keep) keepAndGoOn(keep.dataset, keep.querySelector("[data-next]"));
if (offer) stayOrOffer(offer);

async function keepAndGoOn({ target, origin, key, value }, next) {
  await ask({ target, origin }, "lti.put_data", { key, value });
  window.location.replace(next.href);
}

async function stayOrOffer(page) {
  const title = page.querySelector("h1");
  const show = (name) => {
    for (const one of ["asking", "button", "opened", "late"]) {
      page.querySelector(`[data-${one}]`).hidden = one !== name;
    }
    title.textContent = page.querySelector(`[data-${name}]`).dataset[name];
  };
  const late = window.setTimeout(() => show("late"), TICKET);
  page.querySelector("[data-ticket]").addEventListener("click", () => {
    window.clearTimeout(late);
    // The browser follows the link first.
    window.setTimeout(() => {
      show("opened");
      title.focus();
    }, 0);
  });
  if (!page.dataset.key) return;
  show("asking");
  const address = await stay(page.dataset);
  if (address) window.location.replace(address);
  else show("button");
}

// Where to go on in this frame; null when the VLE does not know the secret, or no cookie lives here.
async function stay({ target, origin, key, stay: url }) {
  const kept = await ask({ target, origin }, "lti.get_data", { key });
  if (typeof kept?.value !== "string") return null;
  ask({ target, origin }, "lti.put_data", { key, value: null }); // it was good for this once
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ kept: kept.value }),
    });
    return answer.ok ? (await answer.json()).address : null;
  } catch {
    return null;
  }
}

// Ask a window of the VLE; what it answered, or null once the time is over.
async function ask({ target, origin }, subject, words) {
  if (!origin || window.parent === window) return null;
  const end = performance.now() + LIMIT;
  const able = await talk([window.parent], origin, ["lti.capabilities", `${OLD}lti.capabilities`], {}, ASK_FIRST);
  const offered = (able?.supported_messages ?? []).find(
    (one) => one?.subject === subject || one?.subject === OLD + subject,
  );
  // A VLE that says nothing of what it can do is asked by both names.
  const subjects = offered ? [offered.subject] : [subject, OLD + subject];
  return talk(windows(offered?.frame || target), origin, subjects, words, end - performance.now());
}

// The named window; the parent when no such frame can be seen from here.
function windows(name) {
  let named = null;
  try {
    named = name === "_parent" ? null : window.parent.frames[name];
  } catch {
    // Some browsers do not let another origin look a frame up by its name.
  }
  return [named || window.parent];
}

function talk(targets, origin, subjects, words, limit) {
  return new Promise((answered) => {
    const ids = new Map(subjects.map((subject) => [crypto.randomUUID(), subject]));
    const end = (answer) => {
      window.removeEventListener("message", hear);
      window.clearTimeout(over);
      answered(answer);
    };
    const hear = (event) => {
      const said = event.data;
      if (event.origin !== origin || !targets.includes(event.source)) return;
      if (!ids.has(said?.message_id) || said.subject !== `${ids.get(said.message_id)}.response`) return;
      end(said.error ? null : said);
    };
    const over = window.setTimeout(() => end(null), Math.max(limit, 0));
    window.addEventListener("message", hear);
    for (const [message_id, subject] of ids) {
      for (const one of targets) one.postMessage({ subject, message_id, ...words }, origin);
    }
  });
}
