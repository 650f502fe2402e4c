"use strict";
(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  for (const hidden of all(".tools, .finder")) hidden.hidden = false;

  // --- light and dark: the system's choice, until the reader makes one
  const root = document.documentElement;
  const theme = one("#theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const remembered = () => {
    try { return localStorage.getItem("ratecert-theme"); } catch { return null; }
  };
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const tell = () => {
    theme.textContent = isDark() ? "Light" : "Dark";
    theme.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
    theme.removeAttribute("aria-pressed");
  };
  if (["light", "dark"].includes(remembered())) root.dataset.theme = remembered();
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("ratecert-theme", root.dataset.theme); } catch { /* not kept */ }
    tell();
  });
  system.addEventListener("change", tell);
  tell();

  // --- proofs: all open or all folded; what a link leads into is opened; print shows everything
  const unfold = one("#unfold");
  const proofs = all("details.proof");
  unfold.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    for (const proof of proofs) proof.open = open;
    unfold.setAttribute("aria-pressed", String(open));
    unfold.textContent = open ? "Fold all proofs" : "Open all proofs";
  });
  const arrive = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) { search.value = ""; find(); }
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
    }
    if (target.classList.contains("claim")) {
      const heading = target.querySelector("h3");
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    }
    target.scrollIntoView();
  };
  addEventListener("hashchange", arrive);
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("main details:not([open]):not(.kernel)");
    for (const part of folded) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
    folded = [];
  });

  // --- what scrolls can be reached by keyboard; what does not scroll is no stop. Only what is
  // near the window is measured: to measure all would lay out the whole page, which takes long.
  const reach = (part) => {
    const boxes = all(".then, .left, .right, .certificate, .equations li", part);
    const wide = boxes.map((box) => box.scrollWidth > box.clientWidth + 1);
    boxes.forEach((box, n) => {
      if (wide[n]) { box.tabIndex = 0; box.setAttribute("role", "group"); box.setAttribute("aria-label", "formula, scrolls"); }
      else if (box.hasAttribute("tabindex")) for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    });
  };
  const near = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) { near.add(entry.target); reach(entry.target); }
      else near.delete(entry.target);
    }
  }, { rootMargin: "300px" });
  for (const part of all("article.claim, .result, .equations")) watch.observe(part);
  addEventListener("resize", () => near.forEach(reach));
  document.addEventListener("toggle", (event) => {
    const claim = event.target.closest("article.claim");
    if (near.has(claim)) reach(event.target);
  }, true);

  // --- search: every word must occur
  const search = one("#search");
  const found = one("#found");
  const claims = all("article.claim");
  const listed = new Map(all("nav li li > a").map((a) => [a.getAttribute("href"), a.parentElement]));
  const nodes = new Map(all("a.node").map((a) => [a.getAttribute("href"), a]));
  const find = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const claim of claims) {
      const fits = words.every((word) => claim.dataset.find.includes(word));
      count += fits;
      claim.hidden = !fits;
      const place = "#" + claim.id;
      if (listed.has(place)) listed.get(place).hidden = !fits;
      if (nodes.has(place)) nodes.get(place).classList.toggle("dim", !fits);
    }
    for (const section of all("section.claims")) {
      section.hidden = !section.querySelector("article.claim:not([hidden])");
    }
    document.body.classList.toggle("searching", words.length > 0);
    found.textContent = words.length ? `${count} of ${claims.length} claims` : "";
  };
  search.addEventListener("input", find);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { search.value = ""; find(); }
    if (event.key === "Enter") {
      const first = one("article.claim:not([hidden])");
      if (first && search.value.trim()) location.hash = first.id;
    }
  });
  addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    }
  });

  const canvas = one(".canvas");
  if (canvas) canvas.scrollLeft = (canvas.scrollWidth - canvas.clientWidth) / 2;

  // --- graph: what the node pointed at rests on, and what rests on it
  const edges = all(".edges path");
  const from = new Map(), to = new Map();
  for (const edge of edges) {
    const { from: a, to: b } = edge.dataset;
    to.set(a, [...(to.get(a) || []), edge]);
    from.set(b, [...(from.get(b) || []), edge]);
  }
  const byLabel = new Map(all("a.node").map((a) => [a.dataset.claim, a]));
  const walk = (start, map, side, mark) => {
    const seen = new Set([start]), stack = [start];
    while (stack.length) {
      for (const edge of map.get(stack.pop()) || []) {
        edge.classList.add(mark);
        const next = edge.dataset[side];
        if (!seen.has(next)) { seen.add(next); stack.push(next); byLabel.get(next)?.classList.add(mark); }
      }
    }
  };
  const clear = () => {
    for (const marked of all(".graph .lit")) marked.classList.remove("lit");
  };
  for (const [label, node] of byLabel) {
    const show = () => { clear(); node.classList.add("lit"); walk(label, from, "from", "lit"); walk(label, to, "to", "lit"); };
    node.addEventListener("pointerenter", show);
    node.addEventListener("focus", show);
    node.addEventListener("pointerleave", clear);
    node.addEventListener("blur", clear);
  }
  if (location.hash) arrive();
})();
