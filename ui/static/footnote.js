// What happens in the page: following footnotes to their cards and back, copying, asking an example. Listens once, on the document.
(() => {
  "use strict";
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const phone = matchMedia("(max-width: 900px)");
  const live = Object.assign(document.createElement("div"), { className: "unseen", role: "status" });
  live.setAttribute("aria-live", "polite");
  let cameFrom = null; // the footnote that was followed last
  let announced = "";
  let newest = "";

  const scroll = (element, block) => element.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block });
  const target = (link) => document.getElementById(link.getAttribute("href").slice(1));

  // Shows one citation's card: its turn's evidence, the card itself in amber, and the focus on it.
  function follow(link) {
    const card = target(link);
    if (!card) return;
    for (const group of document.querySelectorAll(".sources")) group.hidden = !group.contains(card);
    for (const old of document.querySelectorAll("[aria-current=true]")) old.removeAttribute("aria-current");
    card.setAttribute("aria-current", "true");
    link.setAttribute("aria-current", "true");
    cameFrom = link;
    card.focus({ preventScroll: true });
    scroll(card, phone.matches ? "start" : "nearest");
  }

  function back() {
    if (!cameFrom || !cameFrom.isConnected) return;
    cameFrom.focus({ preventScroll: true });
    scroll(cameFrom, phone.matches ? "center" : "nearest");
  }

  function ask(question) {
    const box = document.querySelector("#question textarea, #question input");
    box.value = question;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.getElementById("put").click()); // after the page has taken the words in
  }

  // navigator.clipboard is there on this machine and over https only.
  async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  function say(button, words) {
    const before = button.textContent;
    button.textContent = words;
    live.textContent = words;
    setTimeout(() => { button.textContent = before; }, 1600);
  }

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    const link = on(".fn, .near");
    if (link) { event.preventDefault(); follow(link); return; }
    const fresh = on("[data-new]");
    if (fresh && !event.ctrlKey && !event.metaKey) { event.preventDefault(); location.reload(); return; }
    const leaves = on("[data-leaves]");
    if (leaves) { leaves.target = document.querySelector(".turn") ? "_blank" : ""; return; } // keeps the conversation
    const button = on("button");
    if (!button) return;
    if (button.dataset.ask) ask(button.dataset.ask);
    else if (button.dataset.copy) copy(button.dataset.copy).then(() => say(button, "Copied"), () => say(button, "Could not copy"));
    else if ("back" in button.dataset) back();
    else if ("context" in button.dataset) {
      const open = button.closest(".ev").classList.toggle("open");
      button.setAttribute("aria-expanded", open);
      button.textContent = open ? "Hide context" : "Show context";
    }
  });

  // One question at a time: while one is being answered, Enter asks nothing.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.closest("#question") && document.querySelector("[aria-busy=true]")) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest && event.target.closest(".ev")) back();
  });

  function light(event, on) {
    const link = event.target.closest && event.target.closest(".fn, .near");
    const card = link && target(link);
    if (card) card.classList.toggle("lit", on);
  }
  for (const [name, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]])
    document.addEventListener(name, (event) => light(event, on));

  // A new question is brought to the top; a finished answer is said once.
  function look() {
    const turns = document.querySelectorAll("#talk .turn");
    const last = turns[turns.length - 1];
    if (!last) return;
    if (last.id !== newest) {
      newest = last.id;
      if (turns.length > 1) scroll(last, "start");
    }
    if (last.getAttribute("aria-busy") === "false" && announced !== last.id) {
      announced = last.id;
      if (phone.matches && turns.length > 1) scroll(last, "start"); // only now is there room below it
      live.textContent = last.dataset.announce;
    }
  }

  // Gradio builds the page; our landmarks are put where it has wrappers only.
  function landmarks() {
    const roles = [["#middle", "main"], ["#evidence", "complementary"], [".gradio-container main", "presentation"]];
    for (const [selector, role] of roles) {
      const element = document.querySelector(selector);
      if (element && element.getAttribute("role") !== role) element.setAttribute("role", role);
    }
    const aside = document.getElementById("evidence");
    if (aside && !aside.hasAttribute("aria-label")) aside.setAttribute("aria-label", "Evidence");
    const box = document.querySelector("#question textarea, #question input");
    if (box && !box.hasAttribute("aria-label")) box.setAttribute("aria-label", "Question");
  }

  document.body.append(live);
  new MutationObserver(() => { landmarks(); look(); }).observe(document.body, { childList: true, subtree: true, attributeFilter: ["aria-busy"] });
})();
