// Tells the sender that a person has opened the message: only when the page is really shown, and
// only from a script, because mail scanners fetch links without running them.
(() => {
  const page = document.querySelector('[data-read-beacon]');
  if (!page) return;
  const SHOWN_FOR_MS = 800;
  let sent = false;
  let timer;
  const send = async () => {
    if (sent) return;
    sent = true;
    const body = new URLSearchParams({ csrf: page.dataset.token });
    try {
      const answer = await fetch(page.dataset.readBeacon, { method: 'POST', body, keepalive: true });
      if (!answer.ok) return;
      page.classList.add('is-read');
    } catch {
      sent = false;
    }
  };
  const look = () => {
    clearTimeout(timer);
    if (document.visibilityState === 'visible') timer = setTimeout(send, SHOWN_FOR_MS);
  };
  document.addEventListener('visibilitychange', look);
  look();
})();
