/* What htmx does not do: the list of suggestions, keys, leaving quickly, narrowing long lists. */
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);
  const every = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, act) => document.addEventListener(name, act);
  const box = () => find("#q");
  const list = () => find("#suggestions");

  // Suggestions: a list box that the search box controls; focus stays in the box.
  let isWanted = false;
  const options = () => every("[role=option]", list()).filter((one) => one.offsetParent);
  const active = () => find("[aria-selected=true]", list());
  const mark = (option) => {
    active()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    box().setAttribute("aria-activedescendant", option?.id ?? "");
  };
  const show = (isOpen) => {
    list().hidden = !isOpen;
    list().hidden ||= !options().length;
    box().setAttribute("aria-expanded", !list().hidden);
    mark();
  };
  const close = () => {
    isWanted = false;
    if (list()) show(false);
  };
  const move = (step) => {
    if (list().hidden) show(true);
    const all = [undefined, ...options()];
    mark(all.at((all.indexOf(active() ?? undefined) + step) % all.length));
  };

  on("input", (event) => {
    if (event.target === box()) isWanted = true;
    if (event.target.matches("[data-narrow]")) narrow(event.target);
  });
  on("submit", close);
  on("focusout", (event) => event.target === box() && close());
  on("mousedown", (event) => list()?.contains(event.target) && event.preventDefault());

  on("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (event.target === box()) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        move(step);
      } else if (event.key === "Enter" && active()) {
        event.preventDefault();
        active().click();
      } else if (event.key === "Escape" && !list().hidden) {
        event.preventDefault();
        close();
      }
    } else if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey && box()) {
      event.preventDefault();
      box().select();
      box().focus();
    }
    if (event.key === "Escape") {
      const menu = event.target.closest("details[data-menu][open]");
      if (menu) {
        menu.open = false;
        find("summary", menu).focus();
      }
    }
    pressed(event);
  });

  // Menus close when something else is clicked.
  on("click", (event) => {
    for (const menu of every("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
    // Results may have moved on since the menu was made.
    const translation = event.target.closest("[data-menu] a");
    if (translation && find("#results")) translation.search = location.search;
    const exit = event.target.closest("[data-exit]");
    if (exit) {
      event.preventDefault();
      leave(exit.href);
    }
  });

  // Leave at once: blank the page, take its address out of the history, open the neutral one in its place.
  const leave = (address) => {
    document.title = "";
    document.body.hidden = true;
    history.replaceState(null, "", "/");
    location.replace(address);
  };
  let shifts = [];
  const pressed = (event) => {
    if (event.key !== "Shift") shifts = [];
    else if (!event.repeat) {
      shifts = [...shifts.filter((at) => event.timeStamp - at < 3000), event.timeStamp];
      const exit = find("[data-exit]");
      if (exit && shifts.length >= 3) leave(exit.href);
    }
  };

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  // A box above a long list of check boxes hides those that do not hold its words.
  const narrow = (input) => {
    const group = input.closest("fieldset");
    const words = fold(input.value.trim());
    for (const item of every("li", group)) item.hidden = !fold(item.textContent).includes(words);
    const more = find("details", group);
    if (words && more) more.open = true;
  };

  // What changes something takes the word along by which the hub knows its own pages; any form of the page holds it.
  on("htmx:config:request", ({ detail: { ctx } }) => {
    const token = find("[name=csrf_token]")?.value;
    if (token && ctx.request.method !== "GET") ctx.request.headers["X-CSRFToken"] = token;
  });

  // After new results: neither typing nor asking the same again adds to the history; boxes are as the server says;
  // focus is not lost.
  on("htmx:before:swap", ({ detail: { ctx } }) => {
    const address = ctx.hx?.pushurl;
    if (address && (ctx.sourceEvent?.type === "input" || new URL(address, location).href === location.href)) {
      ctx.hx.replaceurl = address;
      delete ctx.hx.pushurl;
    }
  });
  on("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.target === list()) return show(isWanted && document.activeElement === box());
    const results = find("#results");
    if (!results) return;
    for (const one of every("input[type=checkbox]", results)) one.checked = one.defaultChecked;
    for (const one of every("option", results)) one.selected = one.defaultSelected;
    for (const one of every("[data-narrow]", results)) if (one.value) narrow(one);
    if (ctx.sourceEvent?.type === "click") find("#found")?.focus({ preventScroll: true });
  });
})();
