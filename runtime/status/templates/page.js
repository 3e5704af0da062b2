"use strict";
// Asks for the page again, and puts what is new in the place of the old: what was open stays open.
(() => {
  const box = document.getElementById("refresh");
  const lost = document.getElementById("lost");
  const period = Number(document.body.dataset.refresh) * 1000;
  box.closest("label").hidden = false;

  const isBusy = () =>
    !box.checked ||
    document.hidden ||
    document.activeElement?.matches("input[type=search], select") ||
    !document.getSelection().isCollapsed;

  const renew = async () => {
    if (isBusy()) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const main = fresh.querySelector("main");
      if (main === null) throw new Error("no page");
      if (isBusy()) return;
      const focused = document.activeElement?.id;
      for (const one of document.querySelectorAll("details[id]")) {
        const same = main.querySelector(`#${CSS.escape(one.id)}`);
        if (same !== null) same.open = one.open;
      }
      document.querySelector("main").replaceWith(document.adoptNode(main));
      document.title = fresh.title;
      document.getElementById("icon").href = fresh.getElementById("icon").href;
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
      lost.hidden = true;
    } catch {
      lost.hidden = false;
    }
  };
  setInterval(renew, period);
})();
