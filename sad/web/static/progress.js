// A page that shows work in progress renews that part of itself, and all of itself once the work is done.
const EVERY = 3000;

async function renew() {
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = document.getElementById("en-cours");
  const now = page.getElementById("en-cours");
  if (!now) {
    location.reload();
  } else {
    shown.replaceChildren(...now.childNodes);
    setTimeout(retry, EVERY);
  }
}

function retry() {
  renew().catch(() => setTimeout(retry, EVERY)); // a cut line is tried again
}

setTimeout(retry, EVERY);
