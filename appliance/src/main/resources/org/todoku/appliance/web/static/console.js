// Small helpers of the console. Everything works without them; they save the reader from reloading.

// A part of the page that is fetched anew: every second while something is being sent, and now and
// then afterwards, because people read for hours.
for (const part of document.querySelectorAll('[data-refresh]')) {
  const BUSY_MS = 1000;
  const QUIET_MS = 5000;
  const every = Number(part.dataset.every);
  const pause = () => every || (part.querySelector('[data-running="true"]') ? BUSY_MS : QUIET_MS);
  const refresh = async () => {
    // Not while a button is being pressed: it would be gone before the press is over.
    if (document.visibilityState === 'visible' && !part.querySelector(':active')) {
      try {
        const answer = await fetch(part.dataset.refresh, { headers: { Accept: 'text/html' } });
        if (answer.ok && !answer.redirected) {
          const focused = document.activeElement?.id;
          const text = await answer.text();
          // What has not changed is not announced again to those who listen to the page.
          if (text !== part.dataset.shown) part.innerHTML = text;
          part.dataset.shown = text;
          if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
        }
      } catch {
        // The server is away for a moment; the next turn asks again.
      }
    }
    setTimeout(refresh, pause());
  };
  setTimeout(refresh, pause());
}

// The number of recipients follows what is chosen.
const audience = document.querySelector('[data-audience]');
if (audience) {
  const form = audience.closest('form');
  const out = audience.querySelector('[data-count]');
  let latest = 0;
  const count = async () => {
    const mine = ++latest;
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(audience.dataset.audience, { method: 'POST', body });
      if (answer.ok && !answer.redirected && mine === latest) out.innerHTML = await answer.text();
    } catch {
      // The number is asked again with the next choice, and shown before sending in any case.
    }
  };
  audience.addEventListener('change', (event) => {
    const chosen = audience.querySelector('input[value="profile"]');
    if (event.target.name.startsWith('item:') && chosen) chosen.checked = true;
    count();
  });
  count();
}
