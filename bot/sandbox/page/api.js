// The control side of the sandbox: one call per click, and the long poll that tells what has changed.

export class Refused extends Error {}

async function answer(response) {
  let body;
  try {
    body = await response.json();
  } catch {
    throw new Error(`сервер ответил ${response.status}`);
  }
  if (!body.ok) throw new Refused(body.error || `сервер ответил ${response.status}`);
  return body.result;
}

export async function sim(op, body = {}, signal = undefined) {
  const response = await fetch(`/_sim/${op}`, {
    signal,
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer(response);
}

export async function readCast() {
  return answer(await fetch("/_sim/cast"));
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Runs for as long as the page lives. A server that went away and came back may have forgotten everything,
// so after any failure, or when its numbering starts again, the page is told to load afresh.
export async function follow({ load, apply, state, token }) {
  let seq = null;
  let wait = 500;
  for (;;) {
    try {
      if (seq === null) {
        seq = await load();
        state("");
        wait = 500;
      }
      const changes = await sim("changes", { token: token(), since: seq, wait: 25 }, AbortSignal.timeout(40000));
      if (changes.seq < seq) {
        seq = null;
        continue;
      }
      seq = changes.seq;
      apply(changes);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof Refused)) console.error(error);
      state(error instanceof Refused ? `Песочница отказала: ${error.message}` : "Нет связи с песочницей, жду её…");
      seq = null;
      await pause(wait);
      wait = Math.min(wait * 1.6, 4000);
    }
  }
}
